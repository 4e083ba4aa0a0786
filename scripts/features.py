"""Write which tests show each feature of the experts' profession: ``python -m scripts.features``.

A test shows a feature when its name begins with the feature's id, as ``test_f53_…``. The table is
``docs/features.md``; a test holds that each file it names has such tests.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "features.md"

FEATURES: Mapping[str, str] = {
    "F03": "Credentials, and work that goes only to those who hold what it asks for",
    "F09": "Review: accept, return with a reason, mark as ambiguous; nothing is edited silently",
    "F10": "Coordination: pause, overlap, claims taken back, rubric; each in the audit log",
    "F11": "Exceptions with a typed reason, an owner, a due time and escalation",
    "F15": "Reports on criteria that become versions; scores never pool over major versions",
    "F16": "Assessments by domain, timed on the server and graded blind",
    "F17": "One attempt, resumable; extra time and resets by a person",
    "F18": "Pay bands with floors by tier",
    "F19": "Skipping and giving back cost nothing",
    "F20": "Apply, assess, decide with a reason, choose; no work before consent",
    "F21": "The effective hourly rate over all minutes, the unpaid ones with their reason",
    "F22": "A ledger of one's work, whose file equals its page",
    "F23": "Changed terms and rubrics reach only what is not claimed",
    "F24": "Consent in plain answers, by version, with withdrawal",
    "F25": "Feedback: outcomes of reviews with their reasons, without names",
    "F30": "Five levels a domain that lapse and are renewed",
    "F32": "Teams: the lead sees their own team, its hours and pay",
    "F33": "Training that is paid, and what a level still takes",
    "F34": "Roles and levels that a person gives, on stated evidence",
    "F35": "A signed portfolio that can be verified and taken back",
    "F48": "Capacity of teams and of the house: people in relation, backlog, turnaround",
    "F49": "Checks for oddities, with a test statistic, that alert a person and decide nothing",
    "F51": "Disputes with a clock for the answer, and appeal",
    "F52": "Proposals for rubrics, thanked in the change log and counted in the portfolio",
    "F53": "What is stuck and why, and how a project's work goes week by week",
    "F54": "Pseudonyms that lead to a credential for the operator alone",
    "F55": "Prompts by language, jurisdiction and specialty",
    "F57": "Calibration before the first work",
    "F65": "A registry and claims that take as long among 11,000 as among 100",
}
"""What is promised, by its id."""

_TEST = re.compile(r"^\s*(?:async )?def test_(f\d\d)_", re.MULTILINE)
HEAD = (
    "# Features and their tests\n\n"
    "What EvalHub promises to the experts who judge and to those who run projects, each with the "
    "tests whose names\ncarry its id (`test_f53_…`). This page is written by "
    "`python -m scripts.features`, and a test holds that every file it\nnames has such tests. "
    "`pytest -k f53` runs the tests of one feature.\n\n"
    "| Id | Feature | Tests in |\n|---|---|---|\n"
)


def files_by_feature(folder: Path = ROOT / "tests") -> dict[str, list[str]]:
    """Return the files whose tests carry each id, by the id."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        for name in sorted(set(_TEST.findall(path.read_text(encoding="utf-8")))):
            found[name.upper()].append(path.relative_to(ROOT).as_posix())
    return dict(found)


def page_of(tests: Mapping[str, Sequence[str]]) -> str:
    """Return the page about the features that have tests."""
    rows = (
        f"| {name} | {words} | {', '.join(f'`{path}`' for path in tests[name])} |\n"
        for name, words in FEATURES.items()
        if tests.get(name)
    )
    return HEAD + "".join(rows)


def main() -> int:
    """Write the page."""
    PAGE.write_text(page_of(files_by_feature()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
