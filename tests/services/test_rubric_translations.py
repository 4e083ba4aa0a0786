"""Translations of rubric versions are stored beside them, and never change once they are in use."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.people import command_actor
from evalhub.core.rubrics.translations import check_translation, read_translation
from evalhub.core.rubrics.words import InLanguage
from evalhub.db.models import AuditEvent, RubricTranslation, RubricVersion
from evalhub.errors import BadInput, Immutable
from evalhub.services.rubric_translations import (
    StoredTranslation,
    find_translation,
    list_languages,
    speak_rubric,
    store_translation,
)
from evalhub.services.rubrics import store_rubric
from tests.core.rubrics.small import SMALL, SMALL_DE, small
from tests.factories import make_project

ACTOR = command_actor()


def store(session: Session, text: str, now: datetime) -> StoredTranslation:
    return store_translation(text, where="small.de.yaml", session=session, actor=ACTOR, now=now)


@pytest.fixture
def version(session: Session, now: datetime) -> RubricVersion:
    store_rubric(SMALL, where="small.yaml", session=session, actor=ACTOR, now=now)
    return session.exec(select(RubricVersion)).one()


def test_a_translation_is_stored_beside_its_version(
    session: Session, version: RubricVersion, now: datetime
) -> None:
    sha256 = version.sha256

    stored = store(session, SMALL_DE, now)

    assert (stored.is_new, stored.title) == (True, "Kleines Raster")
    assert list_languages(version.id, session=session) == ("de",)
    assert find_translation(version.id, "de", session=session) == stored.translation
    assert session.exec(select(RubricVersion.sha256)).one() == sha256
    assert session.exec(select(AuditEvent.action)).all() == ["rubric.store", "rubric.translate"]


def test_the_same_text_again_changes_nothing(
    session: Session, version: RubricVersion, now: datetime
) -> None:
    store(session, SMALL_DE, now)
    make_project(session, rubric=version)

    assert not store(session, SMALL_DE + "# a comment\n", now).is_new


def test_a_version_that_is_not_stored_cannot_be_translated(session: Session, now: datetime) -> None:
    with pytest.raises(BadInput, match=r"small 1\.0\.0, which is not stored; load that rubric"):
        store(session, SMALL_DE, now)


def test_a_translation_may_be_corrected_until_its_version_is_used(
    session: Session, version: RubricVersion, now: datetime
) -> None:
    store(session, SMALL_DE, now)
    mended = store(session, SMALL_DE.replace("Kleines Raster", "Das Raster"), now)
    make_project(session, rubric=version)

    with pytest.raises(Immutable, match="translation 'de' cannot change"):
        store(session, SMALL_DE, now)

    found = find_translation(version.id, "de", session=session)
    assert mended.is_new
    assert found is not None
    assert found.words["title"] == "Das Raster"


def test_a_language_may_be_added_to_a_version_in_use(
    session: Session, version: RubricVersion, now: datetime
) -> None:
    make_project(session, rubric=version)

    assert store(session, SMALL_DE, now).is_new
    assert store(session, SMALL_DE.replace("language: de", "language: de-CH"), now).is_new
    assert list_languages(version.id, session=session) == ("de", "de-CH")


def test_correcting_a_version_drops_what_translated_its_old_text(
    session: Session, version: RubricVersion, now: datetime
) -> None:
    store(session, SMALL_DE, now)

    text = SMALL.replace("Small rubric", "Mended rubric")
    store_rubric(text, where="small.yaml", session=session, actor=ACTOR, now=now)

    assert list_languages(version.id, session=session) == ()


@pytest.mark.parametrize(
    ("stored", "asked", "found"),
    [
        (("de", "de-AT"), "de", "de"),
        (("de-CH", "de-AT"), "de", "de-AT"),
        (("fr",), "de", None),
        (("de",), "", None),
        (("den",), "de", None),
    ],
    ids=["the plain one", "a regional one", "none", "no language", "another language"],
)
def test_readers_get_the_translation_that_they_understand(
    session: Session,
    version: RubricVersion,
    now: datetime,
    stored: tuple[str, ...],
    asked: str,
    found: str | None,
) -> None:
    for tag in stored:
        store(session, SMALL_DE.replace("language: de", f"language: {tag}"), now)

    translation = find_translation(version.id, asked, session=session)

    assert (translation.language if translation else None) == found


def test_a_rubric_speaks_its_readers_language_where_it_can(
    session: Session, version: RubricVersion, now: datetime
) -> None:
    store(session, SMALL_DE, now)
    words = session.exec(select(RubricTranslation.document)).one()

    german = speak_rubric(version.document, words, "de")
    # Asked for in English, the words of a translation are not better than the rubric's own.
    english = speak_rubric(version.document, words, "en")
    alone = speak_rubric(version.document, None, "de")

    assert (german.language, german.rubric.title) == ("de", "Kleines Raster")
    assert (english.language, english.rubric) == ("en", small())
    assert (alone.language, alone.rubric.title) == ("en", "Small rubric")
    assert isinstance(alone.rubric.title, InLanguage)


def test_what_is_stored_reads_back_as_a_file(
    session: Session, version: RubricVersion, now: datetime
) -> None:
    stored = store(session, SMALL_DE, now)
    row = session.exec(select(RubricTranslation)).one()

    read = check_translation(read_translation(row.document, where="stored"), small())

    assert read == stored.translation
    assert (row.sha256, row.rubric_version_id) == (stored.sha256, version.id)
