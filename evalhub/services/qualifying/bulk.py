"""Read what several people can show, in a handful of queries however many they are."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.qualifying.applications import ApplicationDecision
from evalhub.core.qualifying.requirements import DecidedCredential, Qualifications
from evalhub.db import tables as t
from evalhub.services.qualifying.credentials import credentials_of_people
from evalhub.services.qualifying.languages import languages_of_people
from evalhub.services.qualifying.levels import levels_of_people
from evalhub.services.qualifying.trained import trainings_passed_by


def qualifications_of_people(
    person_ids: Collection[int], *, session: Session, now: datetime
) -> dict[int, Qualifications]:
    """Return what ``qualifications_of`` returns of each of ``person_ids``."""
    credentials = credentials_of_people(person_ids, session=session, now=now)
    levels = levels_of_people(person_ids, session=session)
    languages = languages_of_people(person_ids, session=session)
    accepted = _accepted(person_ids, session)
    consented = _consented(person_ids, session)
    trained = trainings_passed_by(person_ids, session=session)
    return {
        person_id: Qualifications(
            credentials=tuple(
                DecidedCredential(
                    one.credential, one.decisions[-1].decision if one.decisions else None
                )
                for one in credentials.get(person_id, ())
            ),
            levels=levels.get(person_id, ()),
            languages=languages.get(person_id, frozenset()),
            accepted=accepted.get(person_id, frozenset()),
            has_consented=person_id in consented,
            trained=trained.get(person_id, frozenset()),
        )
        for person_id in person_ids
    }


def _accepted(person_ids: Collection[int], session: Session) -> dict[int, frozenset[str]]:
    application, decided = t.application.c, t.application_decision.c
    rows = session.connection().execute(
        sa.select(application.person_id, application.domain)
        .join(t.application_decision, decided.application_id == application.id)
        .where(
            application.person_id.in_(person_ids),
            decided.decision == ApplicationDecision.ACCEPTED,
        )
    )
    found: dict[int, frozenset[str]] = {}
    for row in rows:
        found[row.person_id] = found.get(row.person_id, frozenset()) | {row.domain}
    return found


def _consented(person_ids: Collection[int], session: Session) -> set[int]:
    query = sa.select(t.consent_answer.c.person_id).where(
        t.consent_answer.c.person_id.in_(person_ids)
    )
    return set(session.connection().execute(query.distinct()).scalars())
