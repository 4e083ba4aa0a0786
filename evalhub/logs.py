"""Write logs as one JSON object a line, with the request's id and without secrets."""

import logging
import re
import sys
from collections.abc import Callable
from typing import TextIO

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars
from structlog.typing import EventDict, WrappedLogger

HIDDEN = "[hidden]"
SECRET_NAMES = re.compile(
    r"(?i)(^|[_-])(password|passwd|secret|secret_key|token|authorization|cookie|api_key|key)$"
)
SECRET_VALUES = re.compile(
    r"\bevh_[\w-]{8,}|\bsk-[\w-]{8,}|(?i:bearer )[\w.~+/=-]{8,}|(?<=/invitations/)[\w-]{8,}"
    # The password in the address of a database or a proxy, which drivers repeat when they fail.
    r"|(?<=://)[^\s/@]*:[^\s/@]+(?=@)"
)


def configure_logs(level: str, *, stream: TextIO | None = None) -> None:
    """Send the logs of EvalHub and of every library to ``stream`` (default: standard error)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_secrets,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    # In place of what libraries have put there: each would write the same line once more, in its
    # own form.
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # It tells at every start that it is there; what it changes is told by whoever asks for it.
    logging.getLogger("alembic").setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Loggers are module-level and made before this runs; cached, they would keep the form they
        # had then.
        cache_logger_on_first_use=False,
    )


def start_request(request_id: str) -> None:
    """Put ``request_id`` on every line that this request logs from here on."""
    clear_contextvars()
    bind_contextvars(request_id=request_id)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cover what looks like a secret, by its name or by its form, at any depth."""
    return {name: _covered(name, value) for name, value in event.items()}


def _covered(name: str, value: object) -> object:
    if SECRET_NAMES.search(name):
        return HIDDEN
    if isinstance(value, str):
        return SECRET_VALUES.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {key: _covered(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_covered("", item) for item in value]
    return value


def _shared() -> list[Callable[[WrappedLogger, str, EventDict], EventDict]]:
    return [
        merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
