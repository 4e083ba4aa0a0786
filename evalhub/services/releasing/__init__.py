"""Build, keep, verify and hand out releases."""
