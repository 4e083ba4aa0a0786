"""Write the file that tells LLaMA-Factory what the files of its flavour hold."""

import json
from collections.abc import Iterable

from evalhub.core.canonical import Json
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split

DATASET_INFO = f"{Part.LLAMAFACTORY}/dataset_info.json"


def dataset_info_text(project: str, splits: Iterable[Split]) -> str:
    """Return the entries of ``dataset_info.json``, a data set a split, such as ``law_train``.

    Without it LLaMA-Factory would take the rows for plain conversations and train on no pair.
    """
    entries: dict[str, Json] = {
        f"{project}_{split}": {
            "file_name": f"{split}.{FileFormat.JSONL}",
            "formatting": "sharegpt",
            "ranking": True,
            "columns": {
                "messages": "conversations",
                "system": "system",
                "chosen": "chosen",
                "rejected": "rejected",
            },
        }
        for split in splits
    }
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
