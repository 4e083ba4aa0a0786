"""The Arrow schema of every table, so that no reader has to guess a type.

A column that a trainer reads is never null. Names that TRL or a loader gives a meaning of
their own (``RESERVED_NAMES``) are not used, but for ``margin`` in the one table made for it,
because TRL changes its loss as soon as it sees that name, and in the flavours, whose columns are
those that a trainer asks for.
"""

import pyarrow as pa

from evalhub.core.releasing.fields import CHAT, optional, required
from evalhub.core.releasing.flavour_schemas import FLAVOUR_SCHEMAS
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


_TRL = [required(name, CHAT) for name in ("prompt", "chosen", "rejected")]

_ABOUT_PAIR = [
    required("domain", pa.string()),
    required("language", pa.string()),
    required("rubric_id", pa.string()),
    required("rubric_version", pa.string()),
    required("split", pa.string()),
    required("is_simulated", pa.bool_()),
]

_CRITERION_VOTES = pa.list_(
    pa.struct(
        [
            ("criterion", pa.string()),
            ("n_chosen", pa.int64()),
            ("n_rejected", pa.int64()),
            ("n_equal", pa.int64()),
        ]
    )
)

_PAIRS = [
    required("pair_id", pa.string()),
    required("prompt_id", pa.string()),
    *_TRL,
    required("chosen_response_id", pa.string()),
    required("rejected_response_id", pa.string()),
    required("chosen_model", pa.string()),
    required("rejected_model", pa.string()),
    required("chosen_vetoed", pa.bool_()),
    required("rejected_vetoed", pa.bool_()),
    required("n_judgments", pa.int64()),
    required("n_chosen", pa.int64()),
    required("n_rejected", pa.int64()),
    required("n_ties", pa.int64()),
    required("n_cannot_judge", pa.int64()),
    required("n_graded", pa.int64()),
    required("soft_label", pa.float64()),
    required("soft_label_se", pa.float64()),
    required("is_against_votes", pa.bool_()),
    required("vote_share", pa.float64()),
    required("agreement", pa.float64()),
    optional("mean_preference", pa.float64()),
    optional("pooled_soft_label", pa.float64()),
    required("criterion_votes", _CRITERION_VOTES),
    *_ABOUT_PAIR,
]

_TIES = [
    required("pair_id", pa.string()),
    required("prompt_id", pa.string()),
    required("prompt", CHAT),
    required("response_a", CHAT),
    required("response_b", CHAT),
    required("response_a_id", pa.string()),
    required("response_b_id", pa.string()),
    required("model_a", pa.string()),
    required("model_b", pa.string()),
    required("n_judgments", pa.int64()),
    required("n_a", pa.int64()),
    required("n_b", pa.int64()),
    required("n_ties", pa.int64()),
    required("n_both_good", pa.int64()),
    required("n_both_bad", pa.int64()),
    required("n_cannot_judge", pa.int64()),
    required("soft_label_b", pa.float64()),
    required("soft_label_b_se", pa.float64()),
    required("vote_share_b", pa.float64()),
    optional("pooled_soft_label_b", pa.float64()),
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
_MARKS = pa.list_(
    pa.struct(
        [
            ("side", pa.string()),
            ("start", pa.int64()),
            ("end", pa.int64()),
            ("quote", pa.string()),
            ("flag", pa.string()),
            ("reason", pa.string()),
        ]
    )
)
_CITATIONS = pa.list_(
    pa.struct([("number", pa.int64()), ("side", pa.string()), ("result", pa.string())])
)
_TRIAGE = pa.list_(pa.struct([("question", pa.string()), ("option", pa.string())]))

_JUDGMENTS = [
    required("judgment_id", pa.string()),
    required("pair_id", pa.string()),
    required("prompt_id", pa.string()),
    required("annotator", pa.string()),
    optional("credential_class", pa.string()),
    required("response_a_id", pa.string()),
    required("response_b_id", pa.string()),
    required("model_a", pa.string()),
    required("model_b", pa.string()),
    required("shown_left", pa.string()),
    required("choice", pa.string()),
    required("choice_shown", pa.string()),
    optional("preference", pa.int64()),
    optional("preference_shown", pa.int64()),
    optional("cannot_judge_reason", pa.string()),
    optional("confidence", pa.int64()),
    required("why", pa.string()),
    required("reasons", pa.list_(pa.string())),
    required("criteria", _CRITERIA),
    required("flags", _FLAGS),
    required("marks", _MARKS),
    required("citations", _CITATIONS),
    required("triage", _TRIAGE),
    required("pair_outcome", pa.string()),
    required("revision", pa.int64()),
    optional("review", pa.string()),
    optional("decision", pa.string()),
    optional("decision_reason", pa.string()),
    optional("decision_week", pa.string()),
    required("origin", pa.string()),
    required("week", pa.string()),
    *_ABOUT_PAIR,
]

_PROMPTS = [
    required("prompt_id", pa.string()),
    required("prompt_sha256", pa.string()),
    required("prompt", CHAT),
    required("prompt_group", pa.string()),
    required("domain", pa.string()),
    required("language", pa.string()),
    required("jurisdiction", pa.string()),
    required("specialty", pa.string()),
    required("license", pa.string()),
    required("source_kind", pa.string()),
    required("tags", pa.list_(pa.string())),
    required("split", pa.string()),
]

SCHEMAS: dict[Part, pa.Schema] = {
    Part.PAIRS: pa.schema(_PAIRS),
    Part.PAIRS_MARGIN: pa.schema(
        [*_PAIRS, required("margin", pa.float64()), required("margin_se", pa.float64())]
    ),
    Part.TRL: pa.schema(_TRL),
    Part.TIES: pa.schema(_TIES),
    Part.JUDGMENTS: pa.schema(_JUDGMENTS),
    Part.PROMPTS: pa.schema(_PROMPTS),
    **FLAVOUR_SCHEMAS,
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
