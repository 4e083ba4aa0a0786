"""Join the files of one set, so that ids are unique over all of them."""

from collections.abc import Sequence
from dataclasses import replace

from evalhub.core.prompts.files import BadRow, PlacedPrompt, PromptFile
from evalhub.core.prompts.limits import MAX_PROMPTS
from evalhub.core.reading.quoting import shown
from evalhub.errors import BadInput


def merge_files(
    name: str, files: Sequence[PromptFile], *, max_prompts: int = MAX_PROMPTS
) -> PromptFile:
    """Return the files as one under ``name``; a row that repeats an id turns bad.

    Raise ``BadInput`` when they hold more than ``max_prompts`` rows together.
    """
    if sum(len(file.good) + len(file.bad) for file in files) > max_prompts:
        raise BadInput.at(name, f"holds more than {max_prompts:,} rows; split it")
    good: list[PlacedPrompt] = []
    bad: list[BadRow] = []
    place_by_id: dict[str, str] = {}
    for file in files:
        bad.extend(replace(row, file=file.filename) for row in file.bad)
        for placed in (replace(placed, file=file.filename) for placed in file.good):
            # A place is unique, so getting one's own back means that the id was not taken.
            earlier = place_by_id.setdefault(placed.prompt.id, placed.place)
            if earlier == placed.place:
                good.append(placed)
            else:
                reason = f"field 'id': {shown(placed.prompt.id)} already stands in {earlier}"
                bad.append(BadRow(placed.line, (reason,), file.filename))
    shapes = tuple(sorted({shape for file in files for shape in file.shapes}))
    return PromptFile(name, files[0].format, tuple(good), tuple(bad), shapes)
