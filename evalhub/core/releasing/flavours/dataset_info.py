"""Write the file that tells LLaMA-Factory what the files of its flavour hold."""

import json
from collections.abc import Sequence
from pathlib import PurePosixPath

from evalhub.core.canonical import Json
from evalhub.core.releasing.files import FileFacts, table_files
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split

DATASET_INFO = f"{Part.LLAMAFACTORY}/dataset_info.json"


def dataset_info_text(project: str, files: Sequence[FileFacts]) -> str:
    """Return the entries of ``dataset_info.json``, a data set a file, such as ``law_train``.

    Without it LLaMA-Factory would take the rows for plain conversations and train on no pair.
    """
    entries: dict[str, Json] = {
        f"{project}_{name.stem}": {
            "file_name": name.name,
            "formatting": "sharegpt",
            "ranking": True,
            "columns": {
                "messages": "conversations",
                "system": "system",
                "chosen": "chosen",
                "rejected": "rejected",
            },
        }
        for split in Split
        for file in table_files(files, Part.LLAMAFACTORY, split, FileFormat.JSONL)
        for name in [PurePosixPath(file.path)]
    }
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
