"""Name what the build of a release is at; see ``evalhub.core.queued_work`` for its life."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class BuildStage(StrEnum):
    """What a running build is at, in this order."""

    INDEXING = "indexing"
    """Reading every prompt once, to find what is near to what."""
    COUNTING = "counting"
    """Reading every judgment once: hashes, filters and the numbers for labels."""
    LABELLING = "labelling"
    """Fitting the labels; how long that takes is not known beforehand."""
    WRITING = "writing"
    """Reading everything again and writing the rows of every table."""
    KEEPING = "keeping"
    """Bringing the files to the disk, and the release into the list."""


Say: TypeAlias = Callable[[BuildStage, int, int], None]
"""Hear of a stage, how many prompts are done in it, and of how many; it may raise to stop."""


def say_nothing(_stage: BuildStage, _n_done: int, _n_wanted: int) -> None:
    """Hear of a stage and do nothing about it."""
