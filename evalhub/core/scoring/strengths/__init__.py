"""Maximise likelihoods over strengths: Newton's method on a graph of comparisons."""
