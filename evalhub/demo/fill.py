"""Fill an instance with the demo organisation, step by step; each step is done once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select

from evalhub.config import Settings
from evalhub.core.people import Actor
from evalhub.db.models import Project, Release
from evalhub.demo.accounts import add_accounts, demo_passwords, refuse_instance_in_use
from evalhub.demo.content import load_shipped
from evalhub.demo.judging import judge_project
from evalhub.demo.projects import open_project, project_slug
from evalhub.demo.pulling import pull_domain
from evalhub.demo.script import DOMAINS, DemoDomain
from evalhub.rim.scores import score_project
from evalhub.services.releasing.running import build_release
from evalhub.services.releasing.shelves import shelf_of
from evalhub.services.transaction import Database


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """Say who can sign in, and where the releases lie."""

    passwords: dict[str, str]
    releases: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """Hold what every step of the demo needs."""

    database: Database
    settings: Settings
    actor: Actor
    now: datetime
    say: Callable[[str], None]


def fill(demo: Demo) -> DemoSummary:
    """Fill the instance and return what its visitor needs to know.

    Running it again changes nothing that is there: an interrupted demo goes on where it
    stopped, and what visitors did is kept. Raise ``Conflict`` for an instance in use.
    """
    # Before anything is made: the answer to a wrong folder is that nothing was changed.
    with demo.database.transaction(write=False) as session:
        refuse_instance_in_use(session=session)
    passwords = demo_passwords(demo.settings.instance_dir)
    demo.say("Loading rubrics and prompt sets.")
    with demo.database.transaction() as session:
        people = add_accounts(passwords, session=session, actor=demo.actor, now=demo.now)
        load_shipped(demo.settings, session=session, actor=demo.actor, now=demo.now)
    releases = [_fill_domain(demo, domain, people) for domain in DOMAINS]
    return DemoSummary(passwords, tuple(releases))


def _fill_domain(demo: Demo, domain: DemoDomain, people: dict[str, int]) -> Path:
    pull_domain(
        domain,
        database=demo.database,
        settings=demo.settings,
        actor=demo.actor,
        now=demo.now,
        say=demo.say,
    )
    with demo.database.transaction() as session:
        project = open_project(domain, people, session=session, actor=demo.actor, now=demo.now)
        n_judged = judge_project(project, domain, session=session, now=demo.now)
        if n_judged:
            demo.say(f"Simulated {n_judged} judgments in {project.slug}.")
    return _release(demo, domain)


def _release(demo: Demo, domain: DemoDomain) -> Path:
    """Return the folder of the project's newest release, scored and built when it has none."""
    slug = project_slug(domain)
    with demo.database.transaction(write=False) as session:
        newest = session.exec(
            select(Release)
            .join(Project, col(Project.id) == col(Release.project_id))
            .where(Project.slug == slug)
            .order_by(col(Release.id).desc())
        ).first()
    # A second run must not build again: a visitor's own judgments would go into a release they
    # never asked for.
    if newest is not None:
        return _place(demo, newest.folder)
    score_project(slug, database=demo.database, actor=demo.actor, now=demo.now)
    built = build_release(
        slug, database=demo.database, settings=demo.settings, actor=demo.actor, now=demo.now
    )
    demo.say(f"Built the release {slug}@{built.version}.")
    return _place(demo, built.name)


def _place(demo: Demo, name: str) -> Path:
    """Return where the files of a release lie: a folder, or a path within object storage."""
    return Path(shelf_of(demo.settings).place(name)[1])
