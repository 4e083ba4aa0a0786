"""Measured claims: each ``bench_*.py`` prints figures as ratios within one run."""
