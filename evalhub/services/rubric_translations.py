"""Store translations of rubric versions, and give a version in the words of a language.

A language may be added to any version at any time, since nobody has read it before. Once the
version is in use a translation never changes, as the version itself does not: what an annotator
was asked is known from the judgment, which names the version and the language.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.canonical import canonical_json, content_hash
from evalhub.core.people import Actor
from evalhub.core.rubrics.loading import rubric_from_json
from evalhub.core.rubrics.schema import Rubric
from evalhub.core.rubrics.translations import (
    Translation,
    check_translation,
    missing_words,
    read_translation,
    translated,
    translation_from_json,
    translation_hash,
    translation_to_json,
)
from evalhub.core.rubrics.words import speaks
from evalhub.db import tables as t
from evalhub.db.models import RubricTranslation, RubricVersion
from evalhub.errors import BadInput, Immutable
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.rubrics import find_version, is_in_use


@dataclass(frozen=True, slots=True)
class StoredTranslation:
    """What storing came to; ``n_missing`` texts stay in the rubric's own language."""

    translation: Translation
    title: str
    sha256: str
    n_missing: int
    is_new: bool


def store_translation(
    text: str | bytes, *, where: str, session: Session, actor: Actor, now: datetime
) -> StoredTranslation:
    """Store the translation in ``text`` (YAML or JSON) beside the version it names.

    The same text again changes nothing. Raise ``BadInput`` naming line, field and rule, also
    when the version is not stored, and ``Immutable`` for another text in a language that a
    version in use has already.
    """
    file = read_translation(text, where=where)
    # The lock of the rubric itself: a version must not be corrected between the check of the
    # words against it and their being stored.
    lock(f"rubric:{file.head.rubric}", session=session)
    version = find_version(file.head.rubric, file.head.version, session=session, for_update=True)
    if version is None:
        name = f"{file.head.rubric} {file.head.version}"
        raise BadInput.at(where, f"translates {name}, which is not stored; load that rubric first")
    rubric = parse_rubric(version.document)
    translation = check_translation(file, rubric)
    row = _find(version.id, translation.language, session=session)
    is_new = row is None or row.sha256 != translation_hash(translation)
    if is_new:
        _refuse_used(row, version, session=session)
        _write(row, version, translation, session=session, actor=actor, now=now)
        subject = f"rubric:{rubric.id}@{rubric.version}"
        details = {"language": translation.language, "sha256": translation_hash(translation)}
        audit.record(
            "rubric.translate",
            session=session,
            actor=actor,
            subject=subject,
            details=details,
            now=now,
        )
    return StoredTranslation(
        translation,
        translation.words.get("title", rubric.title),
        translation_hash(translation),
        len(missing_words(rubric, translation)),
        is_new,
    )


def list_languages(rubric_version_id: int, *, session: Session) -> tuple[str, ...]:
    """Return the tags of the languages that a version is translated into."""
    query = (
        sa.select(t.rubric_translation.c.language)
        .where(t.rubric_translation.c.rubric_version_id == rubric_version_id)
        .order_by(t.rubric_translation.c.language)
    )
    return tuple(session.connection().execute(query).scalars())


def languages_lost(
    rubric_id: str, version: str, to: Sequence[str], *, session: Session
) -> dict[str, tuple[str, ...]]:
    """Return, for each version of ``to``, the languages that ``version`` has and it has not.

    Versions that lose none are left out. Whoever reads a lost language is asked in the rubric's
    own from then on.
    """
    table, translation = t.rubric_version.c, t.rubric_translation.c
    rows = session.connection().execute(
        sa.select(table.version, translation.language)
        .join(t.rubric_translation, translation.rubric_version_id == table.id)
        .where(table.rubric_id == rubric_id)
        .order_by(translation.language)
    )
    spoken: dict[str, list[str]] = {}
    for row in rows:
        spoken.setdefault(row.version, []).append(row.language)
    lost = {
        one: tuple(tag for tag in spoken.get(version, ()) if tag not in spoken.get(one, ()))
        for one in to
    }
    return {one: tags for one, tags in lost.items() if tags}


def find_translation(
    rubric_version_id: int, language: str, *, session: Session
) -> Translation | None:
    """Return the translation of a version that readers of ``language`` understand, or None."""
    query = sa.select(t.rubric_version.c.document, words_for(t.rubric_version.c.id)).where(
        t.rubric_version.c.id == rubric_version_id
    )
    document, words = session.connection().execute(query, {"language": language}).one()
    return (
        None if words is None else translation_from_json(json.loads(words), parse_rubric(document))
    )


def words_for(rubric_version_id: "sa.ColumnElement[int]") -> "sa.ScalarSelect[str]":
    """Select the translation of a version for the language of the parameter ``language``.

    The plain language comes before its regional kinds, whose first by name is the next best.
    """
    table, language = t.rubric_translation, sa.bindparam("language", type_=sa.String)
    return (
        sa.select(table.c.document)
        .where(
            table.c.rubric_version_id == rubric_version_id,
            sa.or_(table.c.language == language, table.c.language.like(language + "-%")),
        )
        .order_by(sa.func.length(table.c.language), table.c.language)
        .limit(1)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class SpokenRubric:
    """Hold a rubric in the words that are shown, and the tag of the language they are in.

    ``key`` is a hash of all that they depend on, for what is made of them to be kept by.
    """

    rubric: Rubric
    language: str
    key: str


@lru_cache(maxsize=64)
def parse_rubric(document: str) -> Rubric:
    """Return the rubric whose canonical JSON is ``document``."""
    return rubric_from_json(json.loads(document))


@lru_cache(maxsize=64)
def speak_rubric(document: str, words: str | None, language: str) -> SpokenRubric:
    """Return a rubric as readers of ``language`` are shown it: translated by ``words`` if need be.

    Where the rubric is written in that language itself, no translation is better than it, and no
    text of it need say which language it is in.
    """
    rubric, key = parse_rubric(document), content_hash([document, words, language])
    if speaks(rubric.locale, language):
        return SpokenRubric(rubric, rubric.locale, key)
    if words is None:
        return SpokenRubric(translated(rubric, None), rubric.locale, key)
    translation = translation_from_json(json.loads(words), rubric)
    return SpokenRubric(translated(rubric, translation), translation.language, key)


def _find(rubric_version_id: int, language: str, *, session: Session) -> RubricTranslation | None:
    query = select(RubricTranslation).where(
        RubricTranslation.rubric_version_id == rubric_version_id,
        RubricTranslation.language == language,
    )
    return session.exec(query).first()


def _refuse_used(
    row: RubricTranslation | None, version: RubricVersion, *, session: Session
) -> None:
    if row is None or not is_in_use(version, session=session):
        return
    raise Immutable(
        f"The rubric {version.rubric_id} {version.version} is in use and its translation "
        f"{row.language!r} cannot change; give rubric and translation a new version number."
    )


def _write(
    row: RubricTranslation | None,
    version: RubricVersion,
    translation: Translation,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    values: dict[str, Any] = {
        "rubric_version_id": version.id,
        "language": translation.language,
        "sha256": translation_hash(translation),
        "document": canonical_json(translation_to_json(translation)),
        "created_at": now,
        "created_by": actor.person_id,
    }
    session.add(RubricTranslation(**values) if row is None else row.sqlmodel_update(values))
    session.flush()
