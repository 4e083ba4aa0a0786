"""Carry a comparison's form over a sign-in, so that what was typed while signed out is kept.

A form that comes from a browser without a sign-in is taken from nobody: it is put into the
sign-in page that answers it and comes back with the password. The server keeps nothing of a
stranger's, and nobody gets to see the form but the browser that sent it. After the sign-in it
becomes a draft of the comparison only if that is this person's own; otherwise it is dropped
without a word, since who signed in is then somebody else.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from flask import request

from evalhub.core.judging.form_reading import IGNORED_FIELDS
from evalhub.core.reading.text import is_utf8
from evalhub.errors import BadInput, Conflict, NotFound
from evalhub.services.assigning.leases import get_lease
from evalhub.services.judging.drafts import save_draft
from evalhub.services.transaction import Session

ENDPOINT = "comparing.act"
MAX_CHARACTERS = 400_000
"""Longest form that is carried: twice what a draft may have, less than a stranger may send."""
OF_THE_OLD_PAGE = frozenset({"csrf_token", "action", "task_token"})


@dataclass(frozen=True, slots=True)
class Carried:
    """Hold the form of the comparison ``token``, in the order of its fields."""

    token: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of_request(cls) -> Self | None:
        """Return what this request brings to a comparison; None for any other request."""
        if request.endpoint != ENDPOINT or request.view_args is None:
            return None
        fields = [
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in OF_THE_OLD_PAGE
        ]
        if all(name in IGNORED_FIELDS or not value.strip() for name, value in fields):
            return None
        found = cls(str(request.view_args["token"]), tuple(fields))
        return found if len(found.text) <= MAX_CHARACTERS else None

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return what ``text`` of a sign-in page holds; None for what no page of ours holds."""
        if len(text) > MAX_CHARACTERS:
            return None
        try:
            token, fields = json.loads(text)
            pairs = tuple((name, value) for name, value in fields)
        except (ValueError, TypeError, RecursionError):
            return None
        texts = [token, *(part for pair in pairs for part in pair)]
        return cls(token, pairs) if all(_is_storable(part) for part in texts) else None

    @property
    def text(self) -> str:
        """Return this as text, for the sign-in page's own form."""
        # Escaped, a letter that is not Latin would take six of the characters that are allowed.
        return json.dumps([self.token, self.fields], ensure_ascii=False)


def _is_storable(part: object) -> bool:
    # Escaped in JSON, these come past the check of what a request says, and no database takes them.
    return isinstance(part, str) and "\0" not in part and is_utf8(part)


def keep_carried(carried: Carried, *, person_id: int, session: Session, now: datetime) -> bool:
    """Save ``carried`` as a draft of its owner's; tell whether that was possible.

    It is not where a newer draft or a judgment is in the way: then the person must choose.
    """
    try:
        save_draft(carried.token, carried.fields, person_id=person_id, session=session, now=now)
    except (BadInput, Conflict):
        return False
    return True


def is_own(carried: Carried, *, person_id: int, session: Session) -> bool:
    """Tell whether the comparison that ``carried`` belongs to is this person's."""
    try:
        get_lease(carried.token, person_id=person_id, session=session)
    except NotFound:
        return False
    return True
