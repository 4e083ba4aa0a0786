"""Bound what one prompt may hold, so that a page can show it and an endpoint be asked."""

# Bytes where a database column or a request is what fills up, characters where a page is.
MAX_MESSAGE_BYTES = 200_000
"""About 50,000 tokens: more than most endpoints take, and all that an expert could read."""
MAX_MESSAGES = 500
MAX_REFERENCES = 100
MAX_CRITERIA = 200
MAX_TAGS = 100
MAX_RESPONSES = 200
MAX_ID = 200
MAX_NAME = 80
MAX_LANGUAGE = 40
MAX_SPECIALTY = 64
"""As long as that of a credential, which it is compared with."""
MAX_SENTENCE = 2_000
MAX_METADATA_BYTES = 100_000
MAX_PROMPTS = 100_000
"""Rows of one set, good and bad: an upload's report keeps them all in memory."""
MAX_LINES = 200_000
"""Twice as many lines as rows, since blank lines between rows are common and cost nothing."""
LONG_PROMPT_CHARACTERS = 24_000
"""A prompt of more characters is reported: about 6,000 tokens, too long for some endpoints."""
