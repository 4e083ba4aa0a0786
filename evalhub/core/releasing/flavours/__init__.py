"""The same pairs and judgments in the columns that each trainer documents.

Trainers take neither the canonical tables nor each other's: the rows of one pass in another
without an error and train on something else. A flavour holds what its trainer can express and
leaves out the rest by a named filter.
"""
