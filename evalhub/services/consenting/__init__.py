"""Ask annotators what their judgments may be used for, and keep what they answer."""
