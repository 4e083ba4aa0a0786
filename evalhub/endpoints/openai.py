"""Hold what OpenAI's two interfaces have in common: where the key goes and where the model."""

from collections.abc import Mapping


class OpenAI:
    """Carry the key as a bearer token and name the model in the body."""

    def address_problem(self, _url: str, _model: str) -> str:
        """Find nothing wrong: the address names no model, so it cannot name another one."""
        return ""

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Return the bearer header, or none without a key."""
        # Servers on the operator's own machines ask for none, and some refuse an empty one.
        return {} if key is None else {"Authorization": f"Bearer {key}"}
