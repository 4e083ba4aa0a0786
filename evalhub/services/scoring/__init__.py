"""Score a project: read its judgments, fit its boards, keep each fit with its inputs' hash."""
