"""Give the demo organisation its accounts, with passwords made for this instance alone."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.people import Actor, Origin, Role
from evalhub.db.models import Person, Project
from evalhub.errors import Conflict
from evalhub.services.accounts.finding import find_account_id
from evalhub.services.accounts.invitations import accept, invite
from evalhub.services.accounts.passwords import new_password

FILE = "demo-accounts.json"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Describe one account of the demo organisation."""

    email: str
    name: str
    roles: tuple[Role, ...]
    does: str


ACCOUNTS = (
    DemoAccount("admin@demo.example", "Demo administrator", (Role.ADMIN,), "people, roles, audit"),
    DemoAccount(
        "researcher@demo.example",
        "Demo researcher",
        (Role.RESEARCHER,),
        "prompt sets, endpoints, pulls, projects, scores, releases",
    ),
    DemoAccount("doctor@demo.example", "Demo doctor", (Role.ANNOTATOR,), "compares in medicine"),
    DemoAccount("lawyer@demo.example", "Demo lawyer", (Role.ANNOTATOR,), "compares in law"),
    DemoAccount(
        "coordinator@demo.example",
        "Demo coordinator",
        (Role.COORDINATOR, Role.REVIEWER),
        "opens, pauses and staffs projects; reads judgments",
    ),
    DemoAccount("lab@demo.example", "Demo lab", (Role.LAB,), "downloads releases"),
    DemoAccount("auditor@demo.example", "Demo auditor", (Role.AUDITOR,), "reads what lies behind"),
)


def refuse_instance_in_use(*, session: Session) -> None:
    """Raise ``Conflict`` when people work in this instance and it is not the demo.

    Made-up projects and accounts whose passwords lie in a file would stand among theirs, and
    nothing can take them out again: judgments and the audit log are append-only.
    """
    if any(find_account_id(account.email, session=session) for account in ACCOUNTS):
        return
    n_accounts = session.scalar(
        sa.select(sa.func.count()).where(col(Person.origin) == Origin.ACCOUNT)
    )
    n_projects = session.scalar(sa.select(sa.func.count()).select_from(Project))
    if n_accounts or n_projects:
        raise Conflict(
            "This instance is in use and is not the demo "
            f"({n_accounts} accounts, {n_projects} projects); nothing was changed. Give the demo "
            "a folder of its own: EVALHUB_INSTANCE_DIR=/path/to/demo evalhub demo"
        )


def demo_passwords(instance_dir: Path) -> dict[str, str]:
    """Return the password of each demo account, made on first use.

    They are written to a file that only its owner can read, before any account exists: an
    interrupted demo never leaves accounts whose password nobody knows.
    """
    path = instance_dir / FILE
    if not path.exists():
        made = {account.email: secrets.token_urlsafe(12) for account in ACCOUNTS}
        _write_private(path, json.dumps(made, indent=1))
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def add_accounts(
    passwords: Mapping[str, str], *, session: Session, actor: Actor, now: datetime
) -> dict[str, int]:
    """Add the accounts that are missing, by invitation as anyone else; return ids by e-mail."""
    ids = {}
    for account in ACCOUNTS:
        known = find_account_id(account.email, session=session)
        if known is None:
            known = _add(account, passwords[account.email], session=session, actor=actor, now=now)
        ids[account.email] = known
    return ids


def _add(
    account: DemoAccount, password: str, *, session: Session, actor: Actor, now: datetime
) -> int:
    issued = invite(
        account.email,
        session=session,
        actor=actor,
        name=account.name,
        roles=account.roles,
        days=1,
        now=now,
    )
    # The same rules as for everybody; a demo must not show a way around them.
    hashed = new_password(password, email=account.email)
    return accept(issued.token, session=session, name=account.name, password=hashed, now=now).id


def _write_private(path: Path, text: str) -> None:
    # Written beside and then renamed: a demo that is killed here leaves no half of the passwords.
    temporary = path.with_suffix(".part")
    handle = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
