"""The page that says how people are assessed."""

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from evalhub.core.people import Role
from evalhub.core.qualifying.signals import SIGNALS, SignalUse
from evalhub.web.assessed import USE_WORDS
from tests.web.conftest import SignIn

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_signal_stands_there_with_its_weight(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.ANNOTATOR})

    page = client.get("/how-assessed").text

    assert set(USE_WORDS) == set(SignalUse)
    for signal in SIGNALS:
        assert str(escape(signal.name)) in page
        assert str(escape(signal.what)) in page
    assert page.count("ever decides: a person sees it") == sum(
        one.use is SignalUse.PERSON for one in SIGNALS
    )
    assert "How you are assessed" in client.get("/qualifications").text


def test_applicants_without_a_role_read_it_as_well(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client)

    assert client.get("/how-assessed").status_code == 200
