"""Tell times in releases by their week."""

from datetime import datetime


def iso_week(moment: datetime) -> str:
    """Return the ISO week, such as ``2026-W47``: finer times could tell people apart."""
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02d}"
