from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.releasing.dossier.signing import SignOff, SignOffRole, SignOffText
from evalhub.db.models import AuditEvent, Release
from evalhub.errors import BadInput, Conflict, Forbidden
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.kept import FoundRelease, get_release
from evalhub.services.releasing.signing import list_sign_offs, sign_release
from evalhub.services.releasing.withdrawing import withdraw_release
from tests.factories import make_person
from tests.releases import build_release

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ACTOR = command_actor()
TEXT = SignOffText("I have read the dossier.", "Credentials are not known.")


def actor_of(session: Session, role: Role) -> Actor:
    person = make_person(session, role, name="Noor Auditor")
    return Actor(person.id, person.name, frozenset({role}))


def sign(
    release: FoundRelease,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    role: SignOffRole = SignOffRole.AUDITOR,
    text: SignOffText = TEXT,
    seen: str | None = None,
) -> SignOff:
    return sign_release(
        release,
        role,
        text,
        seen_sha256=sha256_hex(release.manifest_text) if seen is None else seen,
        session=session,
        actor=actor,
        now=now,
    )


@pytest.fixture
def release(built: BuiltRelease, session: Session, settings: Settings) -> FoundRelease:
    return get_release("tiny", "1.0.0", session=session, settings=settings, actor=ACTOR)


def test_a_signature_holds_name_role_words_and_the_hash(
    release: FoundRelease, session: Session, now: datetime
) -> None:
    sign(release, session=session, actor=actor_of(session, Role.AUDITOR), now=now)

    (found,) = list_sign_offs(release, session=session)
    assert (found.name, found.role) == ("Noor Auditor", SignOffRole.AUDITOR)
    assert (found.statement, found.open_findings) == (TEXT.statement, TEXT.open_findings)
    assert found.manifest_sha256 == sha256_hex(release.manifest_text)
    assert found.is_of_this
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "release.sign")).one()
    assert event.subject == "release:tiny@1.0.0"
    assert TEXT.statement not in event.details


def test_signatures_stand_in_the_order_they_were_given(
    release: FoundRelease, session: Session, now: datetime
) -> None:
    steward = actor_of(session, Role.RESEARCHER)
    sign(release, session=session, actor=steward, now=now, role=SignOffRole.STEWARD)
    sign(release, session=session, actor=actor_of(session, Role.AUDITOR), now=now)
    more = SignOffText("The open finding is settled.")
    sign(release, session=session, actor=steward, now=now, role=SignOffRole.STEWARD, text=more)

    roles = [one.role.value for one in list_sign_offs(release, session=session)]
    assert roles == ["steward", "auditor", "steward"]


def test_a_button_that_is_pressed_twice_signs_once(
    release: FoundRelease, session: Session, now: datetime
) -> None:
    auditor = actor_of(session, Role.AUDITOR)

    first, second = (sign(release, session=session, actor=auditor, now=now) for _ in range(2))

    assert list_sign_offs(release, session=session) == [first] == [second]


def test_a_signature_is_under_its_own_version_only(
    release: FoundRelease, session: Session, settings: Settings, now: datetime
) -> None:
    sign(release, session=session, actor=actor_of(session, Role.AUDITOR), now=now)
    build_release(
        "tiny",
        session=session,
        settings=settings,
        actor=ACTOR,
        now=now,
        version="2.0.0",
    )

    other = get_release("tiny", "2.0.0", session=session, settings=settings, actor=ACTOR)
    assert list_sign_offs(other, session=session) == []


@pytest.mark.parametrize(
    ("held", "role"),
    [
        (Role.AUDITOR, SignOffRole.STEWARD),
        (Role.RESEARCHER, SignOffRole.AUDITOR),
        (Role.LAB, SignOffRole.AUDITOR),
    ],
)
def test_nobody_signs_as_what_they_are_not(
    release: FoundRelease, session: Session, now: datetime, held: Role, role: SignOffRole
) -> None:
    with pytest.raises(Forbidden, match=f"sign as {role.value}"):
        sign(release, session=session, actor=actor_of(session, held), now=now, role=role)


def test_a_command_is_nobody_and_cannot_sign(
    release: FoundRelease, session: Session, now: datetime
) -> None:
    with pytest.raises(Forbidden):
        sign(release, session=session, actor=ACTOR, now=now)


def test_what_was_not_shown_cannot_be_signed(
    release: FoundRelease, session: Session, now: datetime
) -> None:
    with pytest.raises(Conflict, match="not the one that you were shown"):
        sign(
            release, session=session, actor=actor_of(session, Role.AUDITOR), now=now, seen="0" * 64
        )
    assert list_sign_offs(release, session=session) == []


@pytest.mark.parametrize("statement", ["", "  ", "\u200b" * 30])
def test_an_empty_statement_cannot_be_signed(
    release: FoundRelease, session: Session, now: datetime, statement: str
) -> None:
    with pytest.raises(BadInput, match="what you vouch for"):
        sign(
            release,
            session=session,
            actor=actor_of(session, Role.AUDITOR),
            now=now,
            text=SignOffText(statement),
        )


def test_a_manifest_that_was_changed_shows_under_every_signature(
    release: FoundRelease, session: Session, settings: Settings, now: datetime
) -> None:
    sign(release, session=session, actor=actor_of(session, Role.AUDITOR), now=now)
    row = session.exec(select(Release)).one()
    row.manifest = row.manifest.replace('"n_annotators": 3', '"n_annotators": 4')
    session.add(row)
    session.flush()

    changed = get_release(
        "tiny", "1.0.0", session=session, settings=settings, actor=command_actor()
    )
    assert [one.is_of_this for one in list_sign_offs(changed, session=session)] == [False]


def test_a_withdrawn_release_is_signed_no_more(
    release: FoundRelease, session: Session, settings: Settings, now: datetime
) -> None:
    auditor = actor_of(session, Role.AUDITOR)
    sign(release, session=session, actor=auditor, now=now)
    withdraw_release(
        release.kept.id, "tiny@1.0.0", "Not ours to give.", session=session, actor=ACTOR, now=now
    )
    withdrawn = get_release("tiny", "1.0.0", session=session, settings=settings, actor=ACTOR)

    with pytest.raises(Conflict, match=r"tiny@1\.0\.0 was withdrawn and is signed no more"):
        sign(withdrawn, session=session, actor=auditor, now=now, text=SignOffText("Once more."))

    assert [one.statement for one in list_sign_offs(withdrawn, session=session)] == [TEXT.statement]
