"""Write ``croissant.json``: the tables and their documentation as Croissant 1.1 with RAI terms.

Every file is a ``FileObject`` with its SHA-256, and every split of a canonical table is a
``RecordSet`` over its Parquet file. Only columns with a plain value are described: readers of
Croissant cannot take lists of turns out of a table, and a field that cannot be read is worse than
none. The words of the RAI terms are those of the dossier.

Source: Croissant format specification 1.1 and Croissant RAI vocabulary 1.0, MLCommons.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date

import pyarrow as pa

from evalhub.core.canonical import Json
from evalhub.core.releasing.card import LIMITS, PART_NOTES
from evalhub.core.releasing.dossier.fields import Dossier
from evalhub.core.releasing.dossier.vocabulary import FieldName
from evalhub.core.releasing.dossier.wording import field_text
from evalhub.core.releasing.files import FileFacts, table_files
from evalhub.core.releasing.manifest import Manifest
from evalhub.core.releasing.recipe import METHODS
from evalhub.core.releasing.schemas import KEYS, SCHEMAS
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split

CONFORMS_TO = (
    "http://mlcommons.org/croissant/1.1",
    "http://mlcommons.org/croissant/RAI/1.0",
)
CONTEXT: Mapping[str, Json] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification recommends."""

_ENCODINGS = {
    FileFormat.PARQUET.value: "application/x-parquet",
    FileFormat.JSONL.value: "application/jsonlines",
}
_TYPES = (
    (pa.types.is_boolean, "sc:Boolean"),
    (pa.types.is_integer, "sc:Integer"),
    (pa.types.is_floating, "sc:Float"),
    (pa.types.is_string, "sc:Text"),
)
_F = FieldName
RAI: Mapping[str, tuple[FieldName, ...]] = {
    "dataCollection": (_F.COLLECTION, _F.DESIGN_CHOICES),
    "dataCollectionMissingData": (_F.COVERAGE, _F.RETURNED),
    "dataPreprocessingProtocol": (_F.FILTERS,),
    "dataAnnotationProtocol": (_F.MEASURES, _F.ASSUMPTIONS),
    "dataAnnotationAnalysis": (_F.AGREEMENT, _F.REPEATS, _F.CONTROLS),
    "dataReleaseMaintenancePlan": (_F.MAINTENANCE_PLAN, _F.RETENTION),
    "personalSensitiveInformation": (_F.PERSONAL_DATA, _F.CONSENT),
    "dataSocialImpact": (_F.SOCIAL_IMPACT,),
    "dataBiases": (
        _F.PROMPT_GROUPS,
        _F.RATER_GROUPS,
        _F.LEFT_SHARE,
        _F.LEFT_ADVANTAGE,
        _F.STYLE,
        _F.ONE_SIDED_RATERS,
        _F.BIAS_COMMENT,
    ),
    "dataUseCases": (_F.INTENDED_USES, _F.UNSUITABLE_USES),
    "annotatorDemographics": (_F.EXPERTS, _F.CREDENTIALS, _F.DEMOGRAPHICS),
}
"""The RAI terms that fields of the dossier answer."""


def croissant_text(
    manifest: Manifest, dossier: Dossier, *, weeks: tuple[str, str] | None, overlap: int
) -> str:
    """Return the text of ``croissant.json``; ``weeks`` are the first and last of the judgments."""
    release = manifest.release
    licenses = manifest.inputs.prompt_set.licenses
    found: dict[str, Json] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": f"{release.project}-{release.version}",
        "alternateName": release.title,
        "description": f"Preferences of experts over pairs of model responses. {release.purpose}",
        "version": release.version,
        "license": f"Prompts: {', '.join(licenses)}. Responses: the terms of each model apply.",
        "citeAs": f"{release.title}, version {release.version}. EvalHub release {release.id}.",
        "creator": {"@type": "sc:Organization", "name": "The operator of this EvalHub instance"},
        "inLanguage": manifest.inputs.prompt_set.languages,
        "isLiveDataset": False,
        "keywords": ["preferences", "reward model", release.domain],
        **_times(weeks),
        **_rai(dossier, overlap=overlap),
        "distribution": [*_distribution(manifest.files)],
        "recordSet": [*_record_sets(manifest)],
    }
    return json.dumps(found, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _times(weeks: tuple[str, str] | None) -> dict[str, Json]:
    if weeks is None:
        return {}
    first, last = (_monday(week) for week in weeks)
    # No file holds a clock. The week of the newest judgment is the nearest that can be said.
    return {"datePublished": last, "rai:dataCollectionTimeframe": [first, last]}


def _rai(dossier: Dossier, *, overlap: int) -> dict[str, Json]:
    said = {
        f"rai:{term}": "\n".join(field_text(dossier.field(name)) for name in names)
        for term, names in RAI.items()
    }
    limits = (*LIMITS, field_text(dossier.field(FieldName.KNOWN_LIMITS)))
    return {
        **said,
        "rai:dataCollectionType": "Judgments of experts on a form",
        "rai:dataCollectionRawData": "The table judgments holds one row a judgment as given.",
        "rai:dataImputationProtocol": "Nothing is imputed: what nobody judged has no row.",
        "rai:dataManipulationProtocol": f"{METHODS['pair_outcome']} {METHODS['soft_label']}",
        "rai:dataAnnotationPlatform": "EvalHub",
        "rai:annotationsPerItem": f"{overlap} wanted a pair; n_judgments says how many there are",
        "rai:machineAnnotationTools": "None: judgments of models are in no table.",
        "rai:dataLimitations": "\n".join(limits),
    }


def _distribution(files: tuple[FileFacts, ...]) -> Iterator[Json]:
    for file in files:
        encoding = _ENCODINGS.get(file.path.rpartition(".")[2])
        if encoding is not None:
            yield {
                "@type": "cr:FileObject",
                "@id": file.path,
                "name": file.path,
                "contentUrl": file.path,
                "contentSize": f"{file.n_bytes} B",
                "encodingFormat": encoding,
                "sha256": file.sha256,
            }


def _record_sets(manifest: Manifest) -> Iterator[Json]:
    # Only tables with a key: the others say rows of these again in a trainer's columns.
    for part in KEYS:
        for split in Split:
            # A set a file: readers know sets of many files only where they lie in one archive.
            for file in table_files(manifest.files, part, split, FileFormat.PARQUET):
                yield _record_set(part, split, file.path)


def _record_set(part: Part, split: Split, file: str) -> Json:
    name = file.removesuffix(f".{FileFormat.PARQUET}")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{PART_NOTES[part]}; split {split}",
        "key": {"@id": f"{name}/{KEYS[part]}"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column}",
                "name": column,
                "description": METHODS.get(column, f"Column {column}, see README.md."),
                "dataType": kind,
                "source": {"fileObject": {"@id": file}, "extract": {"column": column}},
            }
            for column, kind in plain_columns(part)
        ],
    }


def plain_columns(part: Part) -> list[tuple[str, str]]:
    """Return the columns of a table that hold a plain value, with their Croissant type."""
    return [
        (field.name, kind) for field in SCHEMAS[part] for holds, kind in _TYPES if holds(field.type)
    ]


def _monday(week: str) -> str:
    """Return the day on which an ISO week such as ``2026-W47`` begins."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1).isoformat()
