"""Turn a filled form into a typed answer, check it against its rubric and say what it means."""
