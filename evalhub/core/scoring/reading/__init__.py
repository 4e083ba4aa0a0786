"""Read judgments from tables and files into integer codes, refusing what breaks a rule."""
