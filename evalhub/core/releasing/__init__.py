"""Turn judgments in force into training files: rows, schemas, splits, filters, manifest, card."""
