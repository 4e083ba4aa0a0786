"""Write the code that reads a release, so that it runs as it is copied."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.core.releasing.files import FileFacts, table_files
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from evalhub.errors import Sentence


@dataclass(frozen=True, slots=True)
class Snippet:
    """Hold a piece of code, what it does, the language it is written in, and what it needs."""

    title: Sentence
    language: str
    code: str
    needs: str = ""


def snippets(folder: str, files: Sequence[FileFacts]) -> tuple[Snippet, ...]:
    """Return the code for a release of ``files`` in ``folder``.

    All of it is meant to be run beside the folder. Only files that are there are named.
    """
    part, split, first = _first_table(files)
    found = [
        Snippet(
            Sentence("Check what you downloaded"),
            "sh",
            f"cd {folder}\nsha256sum --check SHA256SUMS",
        ),
        Snippet(
            Sentence("Read with pandas"),
            "python",
            "import pandas as pd\n\n"
            f'rows = pd.read_parquet("{folder}/{first}")\n'
            "print(len(rows))\n"
            'print(rows.iloc[0]["prompt_id"])',
            _installed("pandas", "pyarrow"),
        ),
        Snippet(
            Sentence("Load with datasets"),
            "python",
            "from datasets import load_dataset\n\n"
            f'data = load_dataset("./{folder}", "{part}")\n'
            f'print(data["{split}"][0]["prompt_id"])',
            _installed("datasets"),
        ),
    ]
    splits = _splits(files, Part.TRL)
    if Split.TRAIN in splits:
        found.append(_train(folder, splits))
    return tuple(found)


def remote_snippets(
    server: str, project: str, version: str, files: Sequence[FileFacts]
) -> tuple[Snippet, ...]:
    """Return the code that reads a release from ``server`` with the key in ``EVALHUB_KEY``.

    The key stands in the environment and never in the code, which people paste into notebooks
    and send each other.
    """
    _, split, first = _first_table(files)
    url = f"{server}/api/v1/releases/{project}/{version}/files/{first}"
    return (
        Snippet(
            Sentence("Download and check it"),
            "python",
            "import os\n\n"
            "from evalhub.client import Client\n\n"
            f'with Client("{server}", os.environ["EVALHUB_KEY"]) as hub:\n'
            f'    hub.download("{project}", "{version}", "{project}-{version}")\n'
            f'    print(hub.verify("{project}-{version}").sha256)',
            _CLIENT,
        ),
        Snippet(
            Sentence("Read a file with pandas"),
            "python",
            f"import os\n\nimport pandas as pd\n\n{_HEADERS}"
            f'rows = pd.read_parquet(\n    "{url}",\n    storage_options=headers,\n)\n'
            "print(len(rows))",
            _installed("pandas", "pyarrow"),
        ),
        Snippet(
            Sentence("Load a file with datasets"),
            "python",
            f"import os\n\nfrom datasets import load_dataset\n\n{_HEADERS}"
            "data = load_dataset(\n"
            '    "parquet",\n'
            f'    data_files={{"{split}": "{url}"}},\n'
            '    storage_options={"client_kwargs": {"headers": headers}},\n'
            ")\n"
            f'print(len(data["{split}"]))',
            _installed("datasets", "aiohttp"),
        ),
        Snippet(
            Sentence("Query a file with DuckDB"),
            "python",
            "import os\n\nimport duckdb\nimport fsspec\n"  # noqa: S608 - code to copy, not run here
            "import pyarrow.dataset as ds\n\n"
            f"{_HEADERS}"
            'web = fsspec.filesystem("https", client_kwargs={"headers": headers})\n'
            f'rows = ds.dataset(\n    "{url}",\n    filesystem=web,\n    format="parquet",\n)\n'
            'print(duckdb.sql("SELECT count(*) FROM rows").fetchall()[0][0])',
            _installed("duckdb", "pyarrow", "fsspec", "aiohttp"),
        ),
    )


_CLIENT = Sentence(
    "EvalHub itself, from a copy of its folder: "
    "`pip install --constraint constraints.txt --editable .`"
)
_HEADERS = 'headers = {"Authorization": f"Bearer {os.environ[\'EVALHUB_KEY\']}"}\n'


def _installed(*packages: str) -> str:
    return f"`pip install {' '.join(packages)}`"


def _first_table(files: Sequence[FileFacts]) -> tuple[Part, Split, str]:
    """Return the first split that has rows, of the first table that has any, and its first file."""
    return next(
        (part, split, held[0].path)
        for part in (Part.PAIRS, Part.TIES, Part.JUDGMENTS)
        for split in Split
        if (held := table_files(files, part, split, FileFormat.PARQUET))
    )


def _splits(files: Sequence[FileFacts], part: Part) -> list[Split]:
    return [one for one in Split if table_files(files, part, one, FileFormat.PARQUET)]


def _train(folder: str, splits: Sequence[Split]) -> Snippet:
    # Never on the test split: settings chosen by it would flatter what is reported on it.
    evaluated = (
        f'    eval_dataset=pairs["{Split.VALIDATION}"],\n' if Split.VALIDATION in splits else ""
    )
    code = (
        "from datasets import load_dataset\n"
        "from trl import RewardConfig, RewardTrainer\n\n"
        f'pairs = load_dataset("./{folder}", "trl")\n'
        "trainer = RewardTrainer(\n"
        '    model="your-model",\n'
        '    args=RewardConfig(output_dir="reward-model", max_length=4096),\n'
        '    train_dataset=pairs["train"],\n'
        f"{evaluated})\n"
        "trainer.train()"
    )
    return Snippet(
        Sentence("Train a reward model with TRL"), "python", code, _installed("trl", "torch")
    )
