"""Measure how rendering grows with the text: ``python -m benchmarks render``.

An ordinary answer and hostile repetitions are rendered at 15,000 and at 60,000 characters, the
longest that is formatted. A ratio of 4 is linear. The last line is a megabyte, shown plain.
"""

import time

from evalhub.web.rendering import MAX_FORMATTED, render_text

ANSWER = (
    "## Fever\n\nTake **500 mg** every six hours; see [the leaflet](https://example.org/a).\n\n"
    "- Rest\n- Drink\n\n| dose | hours |\n|---|---|\n| 500 mg | 6 |\n\n$x^2 + 1$\n\n"
)
REPEATED = ("[", "*", "_a ", "`", "<", "$a ", "\\(", "> ", "- ", "[a](b)", "<http://a.b> ", "|\n")
TABLE = "|a" * 170 + "\n" + "|-" * 170 + "\n" + "|\n"
N_REPEATS = 3


def seconds(text: str) -> float:
    """Return the least processor time of a few renderings, none of them from the cache."""
    taken = []
    for number in range(N_REPEATS):
        start = time.process_time()
        render_text(f"{text} {number} {start}")
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Print one line a text."""
    print(f"{'text':24} {'15,000':>9} {'60,000':>9} {'ratio':>6}")
    for unit in (ANSWER, TABLE, *REPEATED):
        small, large = (
            seconds((unit * (size // len(unit) + 1))[: size - 60])
            for size in (MAX_FORMATTED // 4, MAX_FORMATTED)
        )
        print(f"{unit[:20]!a:24} {small:8.3f}s {large:8.3f}s {large / small:6.1f}")
    print(f"{'a megabyte':24} {'':9} {seconds('x' * 1_000_000):8.3f}s")


if __name__ == "__main__":
    main()
