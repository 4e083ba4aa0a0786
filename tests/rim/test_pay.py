"""Floors of pay come from the settings, and what cannot be read refuses to start."""

import pytest

from evalhub.app import create_app
from evalhub.config import Settings
from evalhub.core.pay.tiers import PayTier
from evalhub.errors import SettingsError
from evalhub.rim.pay import floors_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_operator_sets_the_floors(settings: Settings) -> None:
    own = settings.model_copy(update={"pay_floors": "general=900 KES"})

    assert floors_of(own).find(PayTier.GENERAL, "KES") == 90_000
    assert floors_of(own).find(PayTier.GENERAL, "USD") is None
    assert floors_of(settings).find(PayTier.GENERAL, "USD") == 2_000


@pytest.mark.parametrize("text", ["general=much USD", "everything=1 USD"])
def test_floors_that_cannot_be_read_refuse_to_start(settings: Settings, text: str) -> None:
    wrong = settings.model_copy(update={"pay_floors": text})

    with pytest.raises(SettingsError, match="EVALHUB_PAY_FLOORS"):
        create_app(wrong)
