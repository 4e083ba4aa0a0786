"""Read the floors of pay from the settings, for every way in that opens or changes a project."""

from functools import lru_cache

from evalhub.config import PREFIX, Settings
from evalhub.core.pay.tiers import Floors, parse_floors
from evalhub.errors import BadInput, SettingsError


def floors_of(settings: Settings) -> Floors:
    """Return the floors that the operator has set; raise ``SettingsError`` for what is none.

    Asked at the start already: a floor that cannot be read would first show when a project opens.
    """
    return _floors(settings.pay_floors)


@lru_cache(maxsize=8)
def _floors(text: str) -> Floors:
    try:
        return parse_floors(text)
    except BadInput as error:
        raise SettingsError(f"{PREFIX}PAY_FLOORS: {error.problems[0].rule}.") from error
