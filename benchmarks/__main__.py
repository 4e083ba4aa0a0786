"""Run every benchmark, or those named: ``python -m benchmarks [fit pull …]``."""

import runpy
import sys
from pathlib import Path


def main(names: list[str]) -> None:
    """Run ``bench_NAME.py`` for each name, or all of them in the order of their names."""
    folder = Path(__file__).parent
    chosen = names or sorted(path.stem.removeprefix("bench_") for path in folder.glob("bench_*.py"))
    for name in chosen:
        print(f"== {name}", flush=True)
        runpy.run_module(f"benchmarks.bench_{name}", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
