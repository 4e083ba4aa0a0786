import re
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pytest

import evalhub
from evalhub.core.campaigns import OverlapRule, PairingStrategy, ProjectStatus, SelectionMode
from evalhub.core.people import Origin, Role, Scope
from evalhub.core.prompts.vocabulary import Audience, MessageRole, Risk, SourceKind, Split
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.core.rubrics.vocabulary import Severity, Status
from evalhub.core.scoring.agreement.vocabulary import TieRule
from evalhub.web import formats, language, wording


def test_every_role_scope_and_origin_has_its_words() -> None:
    assert all(wording.role_name(role) and wording.role_note(role) for role in Role)
    assert all(wording.scope_note(scope) for scope in Scope)
    assert all(wording.origin_name(origin) for origin in Origin)


def test_annotators_are_called_experts() -> None:
    assert wording.role_name(Role.ANNOTATOR) == "expert"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Android 16; Mobile) Firefox/140.0", "Firefox on Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 300, "x" * 60),
        ("", "unknown"),
    ],
)
def test_browsers_are_named_shortly(user_agent: str, name: str) -> None:
    assert wording.browser_name(user_agent) == name


def test_values_read_as_people_write_them() -> None:
    moment = datetime(2026, 11, 1, 9, 5, tzinfo=UTC)

    assert formats.day(moment) == "1 November 2026"
    assert formats.moment(moment) == "1 November 2026, 09:05 UTC"
    assert language.number(1133) == "1,133"
    assert formats.short_hash("0123456789abcdef") == "01234567…cdef"


def test_who_may_not_enter_is_told_in_plain_words_whom_to_ask() -> None:
    told = wording.refusal_words([Role.REVIEWER, Role.ANNOTATOR])

    assert told.startswith("This page is for the role expert or reviewer")
    assert "An admin can give it to you." in told


def test_fields_are_called_what_pages_call_them() -> None:
    assert wording.place_words("pairs_per_prompt") == "Pairs a prompt gets"
    assert wording.place_words("f.csv line 3") == "f.csv line 3"


@pytest.mark.parametrize(
    ("where", "called"),
    [
        ("the form, pass_share", "Right pairs to pass, per cent"),
        ("the form, item 2, key, accepts", "Pair 2, Answers that are right"),
        ("the form, page 1, title", "Page 1, Title"),
        ("the form, items", "items"),
        ("t.json, item 2, key, accepts", "t.json, item 2, key, accepts"),
    ],
)
def test_places_within_a_form_are_called_what_its_reader_filled_in(where: str, called: str) -> None:
    assert wording.place_words(where) == called


def test_every_noun_that_a_template_counts_is_translated() -> None:
    templates = Path(evalhub.__file__).parent / "templates"
    texts = [path.read_text(encoding="utf-8") for path in templates.rglob("*.html")]
    counted = {noun for text in texts for noun in re.findall(r'counted\("([^"]+)"\)', text)}

    known = {noun.removeprefix("%(num)s ") for noun in wording.NOUNS}

    assert counted <= known
    assert counted, "the pattern finds what templates say"


def test_words_of_vocabularies_stand_for_themselves_in_english() -> None:
    assert wording.word(OverlapRule.ON_CONFLICT) == "on conflict"
    assert wording.counted(1200, "model") == "1,200 models"
    assert wording.counted(1, "model") == "1 model"


@pytest.mark.parametrize(
    "kind",
    [
        *(Audience, ErrorKind, MessageRole, Origin, OverlapRule, PairingStrategy, ProjectStatus),
        *(ResponseStatus, Risk, Status, SelectionMode, Severity, SourceKind, Split, TieRule),
    ],
)
def test_every_member_of_a_vocabulary_that_pages_show_has_its_word(kind: type[StrEnum]) -> None:
    names = {member.value.replace("_", " ") for member in kind}

    assert names <= set(wording.VOCABULARY)
