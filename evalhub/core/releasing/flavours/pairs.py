"""Turn the row of a pair into the row of each flavour that needs nothing else.

Every function returns None for a pair that its trainer cannot express; ``LEFT_OUT`` names the
filter that says so. A trainer given such a row would drop it with a line in its log, or train on
half of it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from evalhub.core.releasing.flavours.rows import (
    AxolotlRow,
    HhRlhfRow,
    LlamaFactoryRow,
    NemoRlRow,
    OpenRlhfRow,
    RankedCompletion,
    ShareGptTurn,
    VerlRow,
)
from evalhub.core.releasing.rows import MarginRow, Message, PairRow, TrlRow
from evalhub.core.releasing.vocabulary import FilterName, Part

PairFlavourRow: TypeAlias = (
    TrlRow | OpenRlhfRow | NemoRlRow | LlamaFactoryRow | AxolotlRow | VerlRow | HhRlhfRow
)

HUMAN, ASSISTANT = "\n\nHuman:", "\n\nAssistant:"
"""The marks that begin a turn in a transcript of HH-RLHF."""

_CHATS: tuple[Literal["prompt", "chosen", "rejected"], ...] = ("prompt", "chosen", "rejected")
_SHAREGPT_SPEAKERS = {"user": "human", "assistant": "gpt"}


def trl_row(row: PairRow) -> TrlRow:
    """Return the three columns that TRL reads, and no others."""
    return TrlRow(prompt=row["prompt"], chosen=row["chosen"], rejected=row["rejected"])


def openrlhf_row(row: MarginRow) -> OpenRlhfRow:
    """Return the row for OpenRLHF, which renders the lists with ``--data.apply_chat_template``."""
    return OpenRlhfRow(
        prompt=row["prompt"],
        chosen=row["chosen"],
        rejected=row["rejected"],
        margin=row["margin"],
    )


def nemo_rl_row(row: MarginRow) -> NemoRlRow:
    """Return the row for NeMo-RL's rank format, in which rank 0 is the better one."""
    return NemoRlRow(
        context=row["prompt"],
        completions=[
            RankedCompletion(rank=0, completion=row["chosen"]),
            RankedCompletion(rank=1, completion=row["rejected"]),
        ],
    )


def llamafactory_row(row: MarginRow) -> LlamaFactoryRow | None:
    """Return the row for LLaMA-Factory, or None where users and assistants do not alternate.

    It skips a conversation that does not, and says so only in its log.
    """
    system, turns = without_system(row["prompt"])
    if not alternates(turns):
        return None
    return LlamaFactoryRow(
        conversations=[sharegpt(turn) for turn in turns],
        system=system,
        chosen=sharegpt(row["chosen"][0]),
        rejected=sharegpt(row["rejected"][0]),
    )


def axolotl_row(row: MarginRow) -> AxolotlRow | None:
    """Return the row for axolotl's ``bradley_terry.chat_template``, or None for several turns.

    The column ``system`` is always there, empty without a system prompt: axolotl reads it from
    every row, although it documents it as optional.
    """
    system, turns = without_system(row["prompt"])
    if len(turns) != 1:
        return None
    return AxolotlRow(
        system=system,
        input=turns[0]["content"],
        chosen=row["chosen"][0]["content"],
        rejected=row["rejected"][0]["content"],
    )


def verl_row(row: MarginRow) -> VerlRow | None:
    """Return the row for verl, which concatenates prompt and response without a template.

    The turns are therefore marked as in HH-RLHF. None where a text holds such a mark.
    """
    if any(holds_a_mark(turn["content"]) for name in _CHATS for turn in row[name]):
        return None
    return VerlRow(
        prompt=transcript(row["prompt"]) + ASSISTANT,
        chosen=" " + row["chosen"][0]["content"],
        rejected=" " + row["rejected"][0]["content"],
    )


def hh_rlhf_row(row: MarginRow) -> HhRlhfRow | None:
    """Return two transcripts; None where a text holds a mark that readers split at.

    HH-RLHF has no system prompt: it stands before the first turn, without a mark.
    """
    texts = verl_row(row)
    if texts is None:
        return None
    return HhRlhfRow(
        chosen=texts["prompt"] + texts["chosen"], rejected=texts["prompt"] + texts["rejected"]
    )


PAIR_FLAVOURS: Mapping[Part, Callable[[MarginRow], PairFlavourRow | None]] = MappingProxyType(
    {
        Part.TRL: trl_row,
        Part.OPENRLHF: openrlhf_row,
        Part.NEMO_RL: nemo_rl_row,
        Part.LLAMAFACTORY: llamafactory_row,
        Part.AXOLOTL: axolotl_row,
        Part.VERL: verl_row,
        Part.HH_RLHF: hh_rlhf_row,
    }
)
"""What makes the row of each flavour from that of a pair; ``verify`` makes it again."""

SAME_COLUMNS = (Part.PAIRS, Part.PAIRS_MARGIN, Part.TRL, Part.OPENRLHF)
"""The tables whose rows are columns of ``pairs_margin`` as they are, a row each for every one."""

LEFT_OUT: Mapping[Part, FilterName] = MappingProxyType(
    {
        Part.LLAMAFACTORY: FilterName.TURNS_NOT_ALTERNATING,
        Part.AXOLOTL: FilterName.SEVERAL_TURNS,
        Part.VERL: FilterName.HOLDS_SPEAKER_MARK,
        Part.HH_RLHF: FilterName.HOLDS_SPEAKER_MARK,
    }
)
"""The filter that a flavour leaves a pair out by."""


def without_system(prompt: list[Message]) -> tuple[str, list[Message]]:
    """Return the system prompt, empty where there is none, and the turns after it."""
    if prompt[0]["role"] == "system":
        return prompt[0]["content"], prompt[1:]
    return "", prompt


def alternates(turns: list[Message]) -> bool:
    """Tell whether user and assistant speak by turns, the user first."""
    expected = ["user", "assistant"] * len(turns)
    return [turn["role"] for turn in turns] == expected[: len(turns)]


def sharegpt(turn: Message) -> ShareGptTurn:
    """Return a turn as ShareGPT writes it."""
    return {"from": _SHAREGPT_SPEAKERS[turn["role"]], "value": turn["content"]}


def holds_a_mark(text: str) -> bool:
    """Tell whether a text holds what begins a turn in a transcript."""
    return HUMAN in text or ASSISTANT in text


def transcript(prompt: list[Message]) -> str:
    """Return a conversation as one text, whose turns begin with the marks of HH-RLHF."""
    system, turns = without_system(prompt)
    marks = {"user": HUMAN, "assistant": ASSISTANT}
    return system + "".join(f"{marks[turn['role']]} {turn['content']}" for turn in turns)
