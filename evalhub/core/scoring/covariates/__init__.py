"""Estimate what moves a choice besides the models: the side and the style of answers."""
