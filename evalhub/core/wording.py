"""Put numbers into sentences, the same on a page, in a printed line and in a file."""


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return ``n`` with its noun, such as "1 prompt" or "2 prompts"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
