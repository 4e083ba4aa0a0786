"""Bound what one prompt may hold, so that a page can show it and an endpoint be asked."""

MAX_MESSAGE_BYTES = 200_000
MAX_MESSAGES = 500
MAX_REFERENCES = 100
MAX_CRITERIA = 200
MAX_TAGS = 100
MAX_RESPONSES = 200
MAX_ID = 200
MAX_NAME = 80
MAX_LANGUAGE = 40
MAX_SENTENCE = 2_000
MAX_METADATA_BYTES = 100_000
MAX_PROMPTS = 100_000
MAX_LINES = 200_000
LONG_PROMPT_CHARACTERS = 24_000
"""A prompt of more characters is reported: about 6,000 tokens, too long for some endpoints."""
