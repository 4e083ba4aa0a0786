"""Speak chat completions as Azure serves them.

A deployment is part of the address, the key has a header of its own, and a filter that
stops a prompt answers 400. Replies are those of chat completions.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from evalhub.core.pulling.specs import EndpointSpec
from evalhub.endpoints.chat_completions import PATH, ChatCompletions

API_VERSION = "2024-10-21"
"""Azure refuses a request that names no version; this one is generally available."""
_VERSIONLESS = "/openai/v1"
_DEPLOYMENTS = "/deployments/"
_VERSION = "api-version"


class AzureOpenAI(ChatCompletions):
    """Write requests to deployments and read their replies."""

    def url(self, spec: EndpointSpec) -> str:
        """Return the address of the deployment that the endpoint's model names.

        A resource's address, a deployment's and the full one of a request are all taken. An
        ``api-version`` of the query stays; an address below ``/openai/v1`` needs none.
        """
        parts = urlsplit(spec.url)
        base = parts.path.rstrip("/").removesuffix(PATH)
        if base.endswith(_VERSIONLESS):
            return urlunsplit(parts._replace(path=base + PATH))
        if _DEPLOYMENTS not in base:
            root = base.removesuffix("/deployments").removesuffix("/openai")
            base = f"{root}/openai{_DEPLOYMENTS}{quote(spec.model, safe='')}"
        query = parse_qsl(parts.query, keep_blank_values=True)
        if _VERSION not in dict(query):
            query.append((_VERSION, API_VERSION))
        return urlunsplit(parts._replace(path=base + PATH, query=urlencode(query)))

    def address_problem(self, url: str, model: str) -> str:
        """Return why ``url`` cannot be the address of ``model``: it names another deployment."""
        base = urlsplit(url).path.rstrip("/").removesuffix(PATH)
        _, is_named, deployment = base.partition(_DEPLOYMENTS)
        if not is_named or unquote(deployment) == model:
            return ""
        rule = f"names the deployment {unquote(deployment)[:80]!r}, but the model is {model[:80]!r}"
        return f"{rule}; give the resource's address, such as https://resource"

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Return the header that carries the key, or none without a key."""
        return {} if key is None else {"api-key": key}
