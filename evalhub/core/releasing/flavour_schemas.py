"""The Arrow schema of every flavour; no column of theirs is ever null."""

import pyarrow as pa

from evalhub.core.releasing.fields import CHAT, required
from evalhub.core.releasing.vocabulary import Part

_TURN = pa.struct([("from", pa.string()), ("value", pa.string())])
_RANKED = pa.struct([("rank", pa.int64()), ("completion", CHAT)])
_INDIVIDUAL = pa.struct([("score", pa.int64()), ("reasoning", pa.string())])


def _texts(*names: str) -> pa.Schema:
    return pa.schema([required(name, pa.string()) for name in names])


FLAVOUR_SCHEMAS: dict[Part, pa.Schema] = {
    Part.KTO: pa.schema(
        [required("prompt", CHAT), required("completion", CHAT), required("label", pa.bool_())]
    ),
    Part.OPENRLHF: pa.schema(
        [
            *(required(name, CHAT) for name in ("prompt", "chosen", "rejected")),
            required("margin", pa.float64()),
        ]
    ),
    Part.NEMO_RL: pa.schema(
        [required("context", CHAT), required("completions", pa.list_(_RANKED))]
    ),
    Part.LLAMAFACTORY: pa.schema(
        [
            required("conversations", pa.list_(_TURN)),
            required("system", pa.string()),
            required("chosen", _TURN),
            required("rejected", _TURN),
        ]
    ),
    Part.AXOLOTL: _texts("system", "input", "chosen", "rejected"),
    Part.VERL: _texts("prompt", "chosen", "rejected"),
    Part.HH_RLHF: _texts("chosen", "rejected"),
    Part.HELPSTEER3: pa.schema(
        [
            required("domain", pa.string()),
            required("language", pa.string()),
            required("context", CHAT),
            required("response1", pa.string()),
            required("response2", pa.string()),
            required("overall_preference", pa.int64()),
            required("individual_preference", pa.list_(_INDIVIDUAL)),
        ]
    ),
    Part.ARENA: pa.schema(
        [
            *(
                required(name, pa.string())
                for name in ("id", "pair_id", "model_a", "model_b", "winner", "judge")
            ),
            required("turn", pa.int64()),
            required("conversation_a", CHAT),
            required("conversation_b", CHAT),
            required("language", pa.string()),
            required("domain", pa.string()),
            required("is_simulated", pa.bool_()),
        ]
    ),
}
"""The schema of each flavour; the order of its columns is the order in the files."""
