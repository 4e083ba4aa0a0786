"""Import judgments that were made elsewhere."""
