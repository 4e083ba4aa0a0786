"""Write the text of a rubric's next version, for its owner to change and store."""

import re
from dataclasses import replace

import yaml

from evalhub.core.canonical import Json
from evalhub.core.rubrics.about import ChangelogEntry
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.core.rubrics.schema import Rubric, version_key
from evalhub.core.rubrics.vocabulary import Status


def next_version(version: str) -> str:
    """Return the next minor version: more than wording, and no change of meaning."""
    major, minor, _ = version_key(version)
    return f"{major}.{minor + 1}.0"


def draft_text(rubric: Rubric, *, change: str, day: str) -> str:
    """Return the YAML of ``rubric`` as its next minor version, with ``change`` in its change log.

    Everything else is as it was, so that its owner changes what is to change and nothing is lost.
    It is a draft: nobody has reviewed what it will say, whoever reviewed the version before.
    """
    version = next_version(rubric.version)
    entry = ChangelogEntry(version=version, date=day, change=change)
    drafted = replace(
        rubric,
        version=version,
        status=Status.DRAFT,
        reviewed_by=(),
        changelog=(entry, *rubric.changelog),
    )
    return yaml_of(rubric_to_json(drafted))


def yaml_of(value: Json) -> str:
    """Return ``value`` as YAML that the strict reader of rubrics reads back as the same."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Write every text so that it stays one, and each value where it stands."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - so in PyYAML
        """Repeat equal values: the reader of rubrics takes no aliases."""
        return True


# The reader of rubrics asks for quotes around more words than YAML 1.1 makes PyYAML quote.
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]$"), list("yYnN"))
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"-?[0-9]+[eE][+-]?[0-9]+$"), list("-0123456789")
)
