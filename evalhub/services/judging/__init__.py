"""Keep what annotators said: drafts, judgments and their revisions."""
