"""The Arrow schema of every table, so that no reader has to guess a type.

A column that a trainer reads is never null. Names that TRL or a loader gives a meaning of
their own (``RESERVED_NAMES``) are not used, but for ``margin`` in the one table made for it:
TRL changes its loss as soon as it sees that name.
"""

import pyarrow as pa

from evalhub.core.releasing.vocabulary import Part

RESERVED_NAMES = frozenset(
    {
        "messages",
        "completion",
        "completions",
        "label",
        "labels",
        "input_ids",
        "text",
        "tools",
        "chat_template_kwargs",
        "margin",
    }
)
"""Column names that trainers and loaders interpret, whatever the column holds."""


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


def _optional(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=True)


_CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))

_TRL = [_required(name, _CHAT) for name in ("prompt", "chosen", "rejected")]

_ABOUT_PAIR = [
    _required("domain", pa.string()),
    _required("language", pa.string()),
    _required("rubric_id", pa.string()),
    _required("rubric_version", pa.string()),
    _required("split", pa.string()),
    _required("is_simulated", pa.bool_()),
]

_PAIRS = [
    _required("pair_id", pa.string()),
    _required("prompt_id", pa.string()),
    *_TRL,
    _required("chosen_response_id", pa.string()),
    _required("rejected_response_id", pa.string()),
    _required("chosen_model", pa.string()),
    _required("rejected_model", pa.string()),
    _required("chosen_vetoed", pa.bool_()),
    _required("rejected_vetoed", pa.bool_()),
    _required("n_judgments", pa.int64()),
    _required("n_chosen", pa.int64()),
    _required("n_rejected", pa.int64()),
    _required("n_ties", pa.int64()),
    _required("n_cannot_judge", pa.int64()),
    _required("n_graded", pa.int64()),
    _required("soft_label", pa.float64()),
    _required("soft_label_se", pa.float64()),
    _required("is_against_votes", pa.bool_()),
    _required("vote_share", pa.float64()),
    _required("agreement", pa.float64()),
    _optional("mean_preference", pa.float64()),
    _optional("pooled_soft_label", pa.float64()),
    *_ABOUT_PAIR,
]

_TIES = [
    _required("pair_id", pa.string()),
    _required("prompt_id", pa.string()),
    _required("prompt", _CHAT),
    _required("response_a", _CHAT),
    _required("response_b", _CHAT),
    _required("response_a_id", pa.string()),
    _required("response_b_id", pa.string()),
    _required("model_a", pa.string()),
    _required("model_b", pa.string()),
    _required("n_judgments", pa.int64()),
    _required("n_a", pa.int64()),
    _required("n_b", pa.int64()),
    _required("n_ties", pa.int64()),
    _required("n_both_good", pa.int64()),
    _required("n_both_bad", pa.int64()),
    _required("n_cannot_judge", pa.int64()),
    _required("soft_label_b", pa.float64()),
    _required("soft_label_b_se", pa.float64()),
    _required("vote_share_b", pa.float64()),
    _optional("pooled_soft_label_b", pa.float64()),
    *_ABOUT_PAIR,
]

_CRITERIA = pa.list_(
    pa.struct(
        [
            ("criterion", pa.string()),
            ("side", pa.string()),
            ("value", pa.int64()),
            ("is_not_applicable", pa.bool_()),
        ]
    )
)
_FLAGS = pa.list_(pa.struct([("flag", pa.string()), ("side", pa.string()), ("quote", pa.string())]))
_CITATIONS = pa.list_(
    pa.struct([("number", pa.int64()), ("side", pa.string()), ("result", pa.string())])
)
_TRIAGE = pa.list_(pa.struct([("question", pa.string()), ("option", pa.string())]))

_JUDGMENTS = [
    _required("judgment_id", pa.string()),
    _required("pair_id", pa.string()),
    _required("prompt_id", pa.string()),
    _required("annotator", pa.string()),
    _required("response_a_id", pa.string()),
    _required("response_b_id", pa.string()),
    _required("model_a", pa.string()),
    _required("model_b", pa.string()),
    _required("shown_left", pa.string()),
    _required("choice", pa.string()),
    _required("choice_shown", pa.string()),
    _optional("preference", pa.int64()),
    _optional("preference_shown", pa.int64()),
    _optional("cannot_judge_reason", pa.string()),
    _optional("confidence", pa.int64()),
    _required("why", pa.string()),
    _required("reasons", pa.list_(pa.string())),
    _required("criteria", _CRITERIA),
    _required("flags", _FLAGS),
    _required("citations", _CITATIONS),
    _required("triage", _TRIAGE),
    _required("pair_outcome", pa.string()),
    _required("origin", pa.string()),
    _required("week", pa.string()),
    *_ABOUT_PAIR,
]

_PROMPTS = [
    _required("prompt_id", pa.string()),
    _required("prompt_sha256", pa.string()),
    _required("prompt", _CHAT),
    _required("prompt_group", pa.string()),
    _required("domain", pa.string()),
    _required("language", pa.string()),
    _required("jurisdiction", pa.string()),
    _required("license", pa.string()),
    _required("source_kind", pa.string()),
    _required("tags", pa.list_(pa.string())),
    _required("split", pa.string()),
]

SCHEMAS: dict[Part, pa.Schema] = {
    Part.PAIRS: pa.schema(_PAIRS),
    Part.PAIRS_MARGIN: pa.schema(
        [*_PAIRS, _required("margin", pa.float64()), _required("margin_se", pa.float64())]
    ),
    Part.TRL: pa.schema(_TRL),
    Part.TIES: pa.schema(_TIES),
    Part.JUDGMENTS: pa.schema(_JUDGMENTS),
    Part.PROMPTS: pa.schema(_PROMPTS),
}
"""The schema of each table; the order of its columns is the order in the files."""

KEYS: dict[Part, str] = {
    Part.PAIRS: "pair_id",
    Part.PAIRS_MARGIN: "pair_id",
    Part.TIES: "pair_id",
    Part.JUDGMENTS: "judgment_id",
    Part.PROMPTS: "prompt_id",
}
"""The column whose values are unique in a table, over all of its splits."""
