"""Say what a pull waits for, so that its row keeps it in English and its page says it in others."""

import re
from datetime import datetime

from evalhub.errors import Sentence

_TEMPLATE = "does not answer and is asked again at %(at)s UTC: %(message)s."
_NOTED = re.compile(
    r"does not answer and is asked again at (?P<at>[0-9:]{8}) UTC: (?P<message>.*)\.", re.DOTALL
)


def outage_note(at: datetime, message: str) -> str:
    """Return what is noted of an endpoint that does not answer and is asked again ``at``."""
    return _TEMPLATE % {"at": f"{at:%H:%M:%S}", "message": message.rstrip(".")}


def outage_words(endpoint: str, noted: str) -> Sentence:
    """Return a note about ``endpoint`` as a sentence; any other text goes on as it was noted."""
    match = _NOTED.fullmatch(noted)
    if match is None:
        return Sentence("%(endpoint)s %(reason)s", endpoint=endpoint, reason=noted)
    return Sentence(
        "%(endpoint)s does not answer and is asked again at %(at)s UTC: %(message)s.",
        endpoint=endpoint,
        **match.groupdict(),
    )
