"""Parse, check, hash, compare and report prompts in the format ``evalhub.prompt/1``."""
