"""Only an answer with a choice is stored as a judgment."""

import pytest

from evalhub.core.judging.answers import Answer
from evalhub.services.judging.matter import get_matter
from evalhub.services.judging.stored import add_judgment, find_judgment
from tests.services.judging.conftest import Desk


def test_an_answer_without_a_choice_is_no_judgment(desk: Desk) -> None:
    matter = get_matter(desk.lease.token, person_id=desk.lease.person_id, session=desk.session)

    with pytest.raises(ValueError, match="without a choice"):
        add_judgment(
            matter,
            Answer(),
            previous=None,
            active_seconds=None,
            rubric_language=None,
            session=desk.session,
            now=desk.now,
        )


def test_before_a_judgment_there_is_none(desk: Desk) -> None:
    assert find_judgment(desk.lease.id, session=desk.session) is None
