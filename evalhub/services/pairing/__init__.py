"""Turn a project's responses into pairs to judge."""
