"""Serve the pages: one blueprint an area."""
