"""A chat-completions server that answers 30 % of calls with 429 and drops 5 % of connections.

``python -m benchmarks.unreliable_server SEED`` prints its base address as the first line.
"""

import asyncio
import random
import sys

from benchmarks.slow_server import BODY, REPLY

TOO_MANY = 0.30
DROPPED = 0.05
DELAY_S = 0.02
REFUSAL = b'{"error": {"message": "slow down"}}'
REFUSED = (
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\n"
    b"%sContent-Length: %d\r\n\r\n"
)


async def serve(seed: int) -> None:
    """Serve until killed."""
    rng = random.Random(seed)  # noqa: S311 - the same faults each run

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                await asyncio.sleep(DELAY_S)
                fate = rng.random()
                if fate < DROPPED:
                    break
                if fate < DROPPED + TOO_MANY:
                    # Half of them say when to come again, as servers do or do not.
                    when = b"Retry-After: 1\r\n" if rng.random() < 0.5 else b""  # noqa: PLR2004 - a half
                    writer.write(REFUSED % (when, len(REFUSAL)) + REFUSAL)
                else:
                    writer.write(REPLY + BODY)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
