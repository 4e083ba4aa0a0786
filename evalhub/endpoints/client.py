"""Ask one endpoint: dialect, HTTP, retries and the key brought together."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from evalhub.core.canonical import canonical_json, sha256_hex
from evalhub.core.pulling.classification import is_end_unknown, status_of
from evalhub.core.pulling.failures import quoted
from evalhub.core.pulling.outcomes import Failure, Outcome, Reply
from evalhub.core.pulling.pacing import longest_answer
from evalhub.core.pulling.retrying import RetryPolicy, server_wait_s
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.pulling.storable import NUL, has_visible_text, storable, storable_or_none
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.endpoints.dialects import DIALECTS
from evalhub.endpoints.errors import AttemptFailed, UnknownDialect, WrongAddress
from evalhub.endpoints.http import HttpClient, HttpReply
from evalhub.endpoints.keys import DEFAULT_PATTERNS, read_key, scrubbed, without_key
from evalhub.endpoints.protocol import Dialect, SharedLimits
from evalhub.endpoints.replies import malformed
from evalhub.endpoints.retry import Attempt, Timing, attempt_until_done
from evalhub.endpoints.throttle import Throttle, Turn

SUCCESS = range(200, 300)
FAILED_BODY_KEPT = 4000
"""Characters of a body that is kept beside a failure."""


class EndpointClient:
    """Ask one endpoint within its bounds."""

    def __init__(
        self,
        spec: EndpointSpec,
        *,
        dialect: Dialect,
        http: HttpClient,
        key: str | None,
        timing: Timing,
        shared: SharedLimits | None = None,
    ) -> None:
        self._spec = spec
        self._dialect = dialect
        self._http = http
        self._key = key
        self._timing = timing
        self._headers = dialect.headers(key)
        self._throttle = Throttle(spec, timing=timing, shared=shared)
        self._limit = longest_answer(spec.parameters)
        self._policy = RetryPolicy(max_attempts=spec.max_attempts, total_s=spec.total_timeout_s)

    @property
    def n_at_once(self) -> int:
        """Return how many requests may be under way now, fewer after the endpoint said 429."""
        return self._throttle.window.n_allowed

    def request_sha256(self, question: Question) -> str:
        """Return the hash of what would be sent, by which an answer is known again."""
        return sha256_hex(self._written(question))

    async def ask(self, question: Question) -> Outcome:
        """Ask ``question`` and return what it ended in; failures of the endpoint come back.

        What the shared limits raise, as the database's errors, goes through: the endpoint is not to
        blame for it, and stored as its failure it would stand there as an answer to the prompt.
        """
        raw = self._written(question)

        async def attempt_once(timeout_s: float) -> Attempt:
            # Each attempt takes a turn of its own: a wait between two must hold nobody's slot.
            async with self._throttle.turn(question.n_characters) as turn:
                attempt = await self._attempt(raw, timeout_s)
            self._note(turn, attempt.result)
            return replace(attempt, held_s=turn.held_s)

        attempt, n_attempts = await attempt_until_done(
            attempt_once,
            self._policy,
            attempt_s=self._spec.request_timeout_s,
            timing=self._timing,
        )
        outcome = _outcome(
            attempt, request_sha256=sha256_hex(raw), n_attempts=n_attempts, limit=self._limit
        )
        return without_key(outcome, self._key)

    async def settle(self) -> None:
        """Give back what the last answers took less than was set aside for them."""
        await self._throttle.settle()

    def _written(self, question: Question) -> bytes:
        body = canonical_json(self._dialect.body(self._spec, question))
        # Prompts hold no lone surrogates; a model's name or a parameter of old might.
        return body.encode("utf-8", errors="replace")

    def _note(self, turn: Turn, result: Reply | Failure) -> None:
        """Let the throttle learn from what came back; other failures teach it nothing."""
        if isinstance(result, Reply):
            self._throttle.note_reply(
                turn, n_prompt=result.prompt_tokens, n_completion=result.completion_tokens
            )
        elif result.kind is ErrorKind.RATE_LIMITED:
            self._throttle.note_limit(turn)

    async def _attempt(self, raw: bytes, timeout_s: float) -> Attempt:
        try:
            reply = await self._http.post(raw, headers=self._headers, timeout_s=timeout_s)
        except AttemptFailed as error:
            return Attempt(error.failure)
        # The key goes before anything is read or quoted: a quotation that was cut within the key
        # would keep its first half, which no later search for the whole key could find.
        text = scrubbed(reply.body.decode("utf-8-sig", errors="replace"), self._key)
        result = _not_utf8(reply, text) or self._read(reply.status, text)
        asked_s = server_wait_s(reply.headers, now=datetime.now(UTC))
        return Attempt(
            result,
            raw_body=text,
            latency_ms=reply.latency_ms,
            # Headers come from whoever stands in front, the body from the model's own server.
            server_wait_s=result.wait_s
            if asked_s is None and isinstance(result, Failure)
            else asked_s,
        )

    def _read(self, status: int, text: str) -> Reply | Failure:
        result = self._dialect.read(status, text)
        if isinstance(result, Reply) and is_end_unknown(result, limit=self._limit):
            return _unended(result, text)
        return result


@asynccontextmanager
async def open_client(
    spec: EndpointSpec,
    *,
    environ: Mapping[str, str],
    allowed_hosts: frozenset[str],
    key_patterns: Sequence[str] = DEFAULT_PATTERNS,
    timing: Timing | None = None,
    shared: SharedLimits | None = None,
) -> AsyncIterator[EndpointClient]:
    """Yield a client for ``spec`` and close its connections afterwards.

    ``shared`` keeps the limits a minute where other endpoints are held to the same ones.
    Raise ``UnknownDialect``, ``WrongAddress``, ``MissingKey`` or ``UrlBlocked`` before anything
    is asked.
    """
    dialect = DIALECTS.get(spec.dialect)
    if dialect is None:
        known = ", ".join(sorted(DIALECTS))
        raise UnknownDialect(f"Dialect {spec.dialect!r} cannot be asked; known: {known}.")
    # Asked again here: an endpoint may have been registered before its dialect knew the rule.
    problem = dialect.address_problem(spec.url, spec.model)
    if problem:
        raise WrongAddress(f"The address {problem}.")
    key = read_key(spec.api_key_ref, environ, key_patterns)
    connections = HttpClient(
        dialect.url(spec), max_connections=spec.max_concurrency, allowed_hosts=allowed_hosts
    )
    async with connections as http:
        client = EndpointClient(
            spec,
            dialect=dialect,
            http=http,
            key=key,
            timing=timing or Timing(),
            shared=shared,
        )
        try:
            yield client
        finally:
            await client.settle()


def _unended(reply: Reply, text: str) -> Failure:
    """Return the failure of a reply of which nobody knows how it ended."""
    if not has_visible_text(reply.text):
        # Tried again: a server whose model is still being loaded answers so for a while.
        return malformed("gives neither a finish_reason nor any text", text)
    rule = "gives no finish_reason and no count of tokens below a limit of the endpoint's"
    failure = malformed(f"{rule} (max_tokens), so that it may be half an answer", text)
    return replace(failure, is_habit=True)


def _not_utf8(reply: HttpReply, text: str) -> Failure | None:
    """Return the failure of a reply that is not UTF-8, which JSON must be; it quotes ``text``."""
    try:
        reply.body.decode("utf-8")
    except UnicodeDecodeError as error:
        if reply.status in SUCCESS:
            rule = f"The reply is not UTF-8 at byte {error.start}: {quoted(text)}"
            return Failure(ErrorKind.MALFORMED, rule)
    return None


def _outcome(
    attempt: Attempt, *, request_sha256: str, n_attempts: int, limit: int | None
) -> Outcome:
    if isinstance(attempt.result, Failure):
        return Outcome(
            status=ResponseStatus.ERROR,
            request_sha256=request_sha256,
            latency_ms=attempt.latency_ms,
            n_attempts=n_attempts,
            error_kind=attempt.result.kind,
            error_message=storable(attempt.result.message, limit=2000),
            raw_body=storable(attempt.raw_body, limit=FAILED_BODY_KEPT),
        )
    reply = attempt.result
    return Outcome(
        status=status_of(reply, limit=limit),
        request_sha256=request_sha256,
        text=storable(reply.text or reply.refusal),
        reasoning=storable(reply.reasoning),
        finish_reason=storable_or_none(reply.finish_reason, limit=80),
        model_reported=storable_or_none(reply.model_reported, limit=200),
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        latency_ms=attempt.latency_ms,
        n_attempts=n_attempts,
        n_nul_removed=reply.text.count(NUL) + reply.reasoning.count(NUL),
        raw_body=storable(attempt.raw_body),
    )
