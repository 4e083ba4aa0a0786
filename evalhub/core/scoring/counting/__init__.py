"""Condense judgments into counts by model, outcome and cluster, the only form that fits see."""
