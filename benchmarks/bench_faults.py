"""Ask servers that misbehave in fifteen ways, a hundred times each, and see what they can hold.

Printed for each: what the requests ended in, the longest that one was held, and how many
connections reached the address that no request may reach. The attempt's limit is 0.5 s. The status
is 1 when any request was held for more than a second longer, or a connection got through.
"""

import asyncio
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from socket import create_server, socket

from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.endpoints.client import EndpointClient
from evalhub.endpoints.dialects import DIALECTS
from evalhub.endpoints.http import HttpClient
from evalhub.endpoints.retry import Timing
from tests.endpoints import faults
from tests.endpoints.faults import Behaviour, FaultServer, completion, reply

N = 100
AT_ONCE = 10
LIMIT_S = 0.5
GRACE_S = 1.0
NAME = "model.example"
QUESTION = Question(1, [{"role": "user", "content": "Well?"}])


@dataclass
class Trap:
    """Listen where nobody may connect, and count who does."""

    n: int = 0

    def open(self) -> int:
        """Start listening and return the port."""
        listener = create_server(("127.0.0.1", 0))
        threading.Thread(target=self._count, args=(listener,), daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    def _count(self, listener: socket) -> None:
        while True:
            listener.accept()
            self.n += 1


@dataclass(frozen=True, slots=True)
class Fault:
    """Hold one way to misbehave; ``url`` replaces the server's own address."""

    name: str
    behaviour: Behaviour
    url: str = "http://{name}:{port}/v1"
    is_allowed: bool = True


def all_faults(trap_port: int) -> list[Fault]:
    """Return the fifteen ways."""
    redirect = {"Location": f"http://127.0.0.1:{trap_port}/latest/meta-data/"}
    return [
        Fault("silence", faults.hang),
        Fault("a byte at a time", faults.drip),
        Fault("a body of 1 GiB", faults.endless),
        Fault("a gzip bomb", faults.bomb),
        Fault("cut short", faults.cut_short),
        Fault("reset", faults.reset),
        Fault("not HTTP", faults.stray),
        Fault("truncated JSON", reply(200, completion()[:20])),
        Fault("wrong types", reply(200, b'{"choices": 7}')),
        Fault("always 500", reply(500)),
        Fault("429", reply(429)),
        Fault("429 for an hour", reply(429, headers={"Retry-After": "3600"})),
        Fault("redirect to metadata", reply(302, headers=redirect)),
        Fault("no TLS", reply(200), "https://{name}:{port}/v1"),
        Fault("a name that leads inside", reply(200), f"https://{{name}}:{trap_port}/v1", False),
    ]


async def resolve(_host: str, _port: int) -> Sequence[str]:
    """Lead every name to this machine."""
    return ["127.0.0.1"]


async def ask_all(fault: Fault, port: int) -> tuple[Counter[str], float]:
    """Ask a hundred times, ten at one time; return what came and the longest wait in seconds."""
    url = fault.url.format(name=NAME, port=port)
    spec = EndpointSpec(
        *("bench", "m", "chat_completions", url),
        max_attempts=1,
        request_timeout_s=LIMIT_S,
        max_concurrency=AT_ONCE,
    )
    dialect = DIALECTS[spec.dialect]
    allowed = frozenset({NAME}) if fault.is_allowed else frozenset[str]()
    kinds: Counter[str] = Counter()
    longest_s = 0.0
    numbers = iter(range(N))
    async with HttpClient(
        dialect.url(spec), max_connections=AT_ONCE, allowed_hosts=allowed, resolve=resolve
    ) as http:
        client = EndpointClient(spec, dialect=dialect, http=http, key=None, timing=Timing())

        async def ask_in_turn() -> None:
            nonlocal longest_s
            for _ in numbers:
                started = time.perf_counter()
                outcome = await client.ask(QUESTION)
                longest_s = max(longest_s, time.perf_counter() - started)
                kinds[(outcome.error_kind or outcome.status).value] += 1

        await asyncio.gather(*(ask_in_turn() for _ in range(AT_ONCE)))
    return kinds, longest_s


def main() -> int:
    """Play every fault and print what it did."""
    trap = Trap()
    trap_port = trap.open()
    faults.packed_spaces()  # Packing takes seconds, in which this process asks nothing.
    is_good = True
    for fault in all_faults(trap_port):
        with FaultServer(fault.behaviour) as server:
            kinds, longest_s = asyncio.run(ask_all(fault, server.port))
        is_good &= longest_s <= LIMIT_S + GRACE_S and trap.n == 0
        ends = ", ".join(f"{n} {kind}" for kind, n in kinds.items())
        print(
            f"{fault.name:<26} {ends:<18} longest {longest_s:5.2f} s, got through {trap.n}",
            flush=True,
        )
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
