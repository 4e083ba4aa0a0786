"""Run projects from day to day: overlap, claims taken back, capacity, backlog and health."""
