"""Run every benchmark, or those named: ``python -m benchmarks [fit pull …]``.

Each runs in a process of its own, so that none is timed in the memory that another left behind.
One that fails or misses a gate does not keep the others from running; the status is 1 in the end.
"""

import subprocess
import sys
from pathlib import Path


def main(names: list[str]) -> int:
    """Run ``bench_NAME.py`` for each name, or all of them in the order of their names."""
    folder = Path(__file__).parent
    known = sorted(path.stem.removeprefix("bench_") for path in folder.glob("bench_*.py"))
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; there are {', '.join(known)}.")
        return 2
    failed = []
    for name in names or known:
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.bench_{name}"]
        status = subprocess.run(command, check=False).returncode  # noqa: S603 - our own module
        if status:
            failed.append(f"{name} (status {status})")
    if failed:
        print(f"failed, or missed a gate: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
