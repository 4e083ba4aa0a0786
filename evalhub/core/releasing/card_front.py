"""Write the head of the dataset card, which loaders and catalogues read."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import yaml

from evalhub.core.people import Origin
from evalhub.core.releasing.features import Feature, features_of
from evalhub.core.releasing.files import FileFacts, table_files
from evalhub.core.releasing.manifest import Manifest
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split

_DataFiles: TypeAlias = dict[str, "str | list[str]"]
_Config: TypeAlias = dict[str, "str | bool | list[_DataFiles]"]

_ANNOTATORS = {
    Origin.ACCOUNT.value: "expert-generated",
    Origin.IMPORTED.value: "found",
    Origin.SIMULATED.value: "machine-generated",
}

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGEST = "1M<n<10M"


def front_matter(manifest: Manifest) -> str:
    """Return the YAML head of the card between its two rules."""
    inputs = manifest.inputs
    rows = manifest.counts.rows
    parts = [part for part in Part if rows.get(part)]
    head = {
        # On one line: a line of dashes in it would end the head.
        "pretty_name": " ".join(f"{manifest.release.title} {manifest.release.version}".split()),
        **_license(
            manifest.licence,
            inputs.prompt_set.licenses,
            [one.output_terms for one in inputs.endpoints],
        ),
        "language": sorted({tag.split("-")[0].lower() for tag in inputs.prompt_set.languages}),
        "annotations_creators": sorted(
            {_ANNOTATORS[origin] for origin in manifest.counts.annotators_by_origin}
        ),
        "language_creators": ["machine-generated"],
        "task_categories": ["text-generation"],
        "size_categories": [_size(sum(rows.get(Part.PAIRS, {}).values()))],
        "tags": _tags(manifest),
        "configs": [_config(part, manifest.files, is_default=part is parts[0]) for part in parts],
    }
    infos = "".join(_info_text(part) for part in parts)
    return f"---\n{_yaml(head)}dataset_info:\n{infos}---\n"


@lru_cache(maxsize=len(Part))
def _info_text(part: Part) -> str:
    """Return the item of ``dataset_info`` for a table, written once a process.

    It follows from the schema alone, and is nine tenths of a head; the writer of YAML is slow
    enough to be a sixth of a small release.
    """
    return _yaml([_info(part)])


def _yaml(value: object) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100))


def _license(whole: str, licenses: tuple[str, ...], terms: list[str]) -> dict[str, str]:
    """Name the licence of the release, or one that all its prompts and outputs allow, if any."""
    if whole and not whole.lower().startswith("licenseref-"):
        return {"license": whole.lower()}
    if len(licenses) == 1 and set(terms) == {"allowed"}:
        return {"license": licenses[0].lower()}
    return {"license": "other", "license_name": "see-the-card"}


def _tags(manifest: Manifest) -> list[str]:
    tags = ["preference", "reward-model", "human-feedback", "pairwise", manifest.release.domain]
    return [*tags, "simulated"] if manifest.simulated else tags


def _size(n_pairs: int) -> str:
    return next((name for limit, name in _SIZES if n_pairs < limit), _LARGEST)


def _config(part: Part, files: Sequence[FileFacts], *, is_default: bool) -> _Config:
    found: list[_DataFiles] = []
    for split in Split:
        paths = [one.path for one in table_files(files, part, split, FileFormat.PARQUET)]
        if paths:
            found.append({"split": split.value, "path": paths[0] if len(paths) == 1 else paths})
    config: _Config = {"config_name": part.value, "data_files": found}
    return {**config, "default": True} if is_default else config


def _info(part: Part) -> "dict[str, str | list[Feature]]":
    return {"config_name": part.value, "features": features_of(SCHEMAS[part])}
