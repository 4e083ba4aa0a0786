"""Sign releases: signatures are appended, bound to the manifest's hash, and never edited."""

from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Actor
from evalhub.core.releasing.dossier.signing import (
    SIGNERS,
    SignOff,
    SignOffRole,
    SignOffText,
    check_sign_off,
)
from evalhub.db.models import ReleaseSignOff
from evalhub.errors import Conflict, Forbidden
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.releasing.kept import FoundRelease


def list_sign_offs(release: FoundRelease, *, session: Session) -> list[SignOff]:
    """Return the signatures under a release, the first one first."""
    query = (
        select(ReleaseSignOff)
        .where(ReleaseSignOff.release_id == release.kept.id)
        .order_by(col(ReleaseSignOff.id))
    )
    current = sha256_hex(release.manifest_text)
    return [_sign_off(row, current) for row in session.exec(query)]


def sign_release(
    release: FoundRelease,
    role: SignOffRole,
    text: SignOffText,
    *,
    seen_sha256: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> SignOff:
    """Append a signature of ``actor`` under a release and return it; the same twice stands once.

    ``seen_sha256`` is the hash of the manifest that the signer had before them. Raise
    ``Forbidden`` for who may not sign as ``role``, ``BadInput`` for a text that cannot be signed
    and ``Conflict`` where the hash is another one or the release was withdrawn.
    """
    if actor.person_id is None or not actor.has(*SIGNERS[role]):
        raise Forbidden(f"You may not sign as {role.value}.")
    check_sign_off(text)
    current = _signable(release, seen_sha256)
    row = ReleaseSignOff(
        release_id=release.kept.id,
        person_id=actor.person_id,
        name=actor.name,
        role=role,
        manifest_sha256=current,
        statement=text.statement,
        open_findings=text.open_findings,
        signed_at=now,
    )
    lock(f"sign-offs of release {release.kept.id}", session=session)
    again = _same(row, session=session)
    if again is not None:
        return _sign_off(again, current)
    session.add(row)
    session.flush()
    audit.record(
        "release.sign",
        session=session,
        actor=actor,
        subject=f"release:{release.manifest.id}",
        details={"role": role.value, "manifest_sha256": current},
        now=now,
    )
    return _sign_off(row, current)


def _signable(release: FoundRelease, seen_sha256: str) -> str:
    """Return the hash of the manifest that is signed; raise ``Conflict`` where it cannot be."""
    if release.kept.withdrawal is not None:
        # A signature vouches for what is handed out. What is found wrong with a withdrawn release
        # is said in a report of a row, or in the reason of its withdrawal.
        raise Conflict(f"Release {release.manifest.id} was withdrawn and is signed no more.")
    current = sha256_hex(release.manifest_text)
    # Nobody signs what they have not seen: the page carries the hash that it showed.
    if seen_sha256 != current:
        raise Conflict(f"Release {release.manifest.id} is not the one that you were shown.")
    return current


def _same(row: ReleaseSignOff, *, session: Session) -> ReleaseSignOff | None:
    """Return the person's signature that says just what ``row`` says: a button pressed twice."""
    said = ("release_id", "person_id", "role", "manifest_sha256", "statement", "open_findings")
    return session.exec(
        select(ReleaseSignOff).where(
            *(getattr(ReleaseSignOff, name) == getattr(row, name) for name in said)
        )
    ).first()


def _sign_off(row: ReleaseSignOff, current: str) -> SignOff:
    return SignOff(
        name=row.name,
        role=row.role,
        statement=row.statement,
        open_findings=row.open_findings,
        manifest_sha256=row.manifest_sha256,
        signed_at=row.signed_at,
        is_of_this=row.manifest_sha256 == current,
    )
