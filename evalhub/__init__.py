"""Collect, score and release expert preferences for reward-model training."""

__version__ = "0.1.0"
