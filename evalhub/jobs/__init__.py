"""Run long work durably in the background; calls services."""
