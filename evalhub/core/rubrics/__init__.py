"""Read, check, compare and write the rubrics that judgments are made under."""
