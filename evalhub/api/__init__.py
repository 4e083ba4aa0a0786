"""Serve the JSON API under /api/v1."""
