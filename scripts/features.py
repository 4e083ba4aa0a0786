"""Write which tests show each feature of the experts' profession: ``python -m scripts.features``.

A test shows a feature when its name begins with the feature's id, as ``test_f53_…``. The table is
``docs/features.md``; a test holds that each file it names has such tests.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "features.md"


@dataclass(frozen=True, slots=True)
class Feature:
    """Hold what is promised and how one sees that it is so."""

    words: str
    seen: str


FEATURES: Mapping[str, Feature] = {
    "F03": Feature(
        "Credentials, and work that goes only to those who hold what it asks for",
        "A lawyer without a verified medical credential is answered 403 on medical work and "
        "never finds it in their list",
    ),
    "F09": Feature(
        "Review: accept, return with a reason, mark as ambiguous; nothing is edited silently",
        "A returned judgment says why and how its rework is paid; the decision and both "
        "versions of the answer stay",
    ),
    "F10": Feature(
        "Coordination: pause, overlap, claims taken back, rubric; each in the audit log",
        "Pausing, another overlap, a claim taken back and a new rubric each leave an entry "
        "with its reason in the audit log",
    ),
    "F11": Feature(
        "Exceptions with a typed reason, an owner, a due time and escalation",
        "A veto against what another prefers, a spread of three, a reported page, a claim that "
        "ran out and an endpoint that failed are one item each; what is late goes up one level",
    ),
    "F15": Feature(
        "Reports on criteria that become versions; scores never pool over major versions",
        "A report stands beside the criterion it is about and leads into a new version; two "
        "major versions share no score",
    ),
    "F16": Feature(
        "Assessments by domain, timed on the server and graded blind",
        "Sixty minutes hold on every device, and whoever grades is given nothing of the "
        "person; results come by skill",
    ),
    "F17": Feature(
        "One attempt, resumable; extra time and resets by a person",
        "A second start is answered 409; a connection lost at minute 20 comes back to 40 "
        "minutes; a reset has a person and a reason",
    ),
    "F18": Feature(
        "Pay bands with floors by tier",
        "A project of professionals under its floor does not open, and the band stands before"
        " the claim",
    ),
    "F19": Feature(
        "Skipping and giving back cost nothing",
        "No history of skips and returns moves a score, a level or an offer",
    ),
    "F20": Feature(
        "Apply, assess, decide with a reason, choose; no work before consent",
        "No way leads to paid work without an acceptance, which has a reason, and an answer "
        "about consent",
    ),
    "F21": Feature(
        "The effective hourly rate over all minutes, the unpaid ones with their reason",
        "60 paid and 30 unpaid minutes at 60 USD an hour come to 40.00 USD, with the reasons "
        "of the 30",
    ),
    "F22": Feature(
        "A ledger of one's work, whose file equals its page",
        "The rows of a month's file add up to what the page and the PDF show, and say what "
        "approval is",
    ),
    "F23": Feature(
        "Changed terms and rubrics reach only what is not claimed",
        "Pay and rubric of a claim stay what they were at the claim; the change is read "
        "before the next one",
    ),
    "F24": Feature(
        "Consent in plain answers, by version, with withdrawal",
        "Without an answer or a grant of its purpose a row is in no release, and a withdrawal"
        " counts from the next one on",
    ),
    "F25": Feature(
        "Feedback: outcomes of reviews with their reasons, without names",
        "Both experts read the outcome with its kind of reason and its words, and no name",
    ),
    "F30": Feature(
        "Five levels a domain that lapse and are renewed",
        "Level 3 of medicine opens work of level 3 in medicine alone; one that lapsed stops "
        "claims and keeps the draft",
    ),
    "F32": Feature(
        "Teams: the lead sees their own team, its hours and pay",
        "A lead finds their own team and 404 for every other; hours pledged and worked stand "
        "side by side",
    ),
    "F33": Feature(
        "Training that is paid, and what a level still takes",
        "A level lists exactly what is met and what is missing; minutes of training are in "
        "the ledger",
    ),
    "F34": Feature(
        "Roles and levels that a person gives, on stated evidence",
        "The evidence is shown, a person decides with a reason, and the decision keeps both",
    ),
    "F35": Feature(
        "A signed portfolio that can be verified and taken back",
        "The published key verifies the file, one changed byte fails, and its owner takes it back",
    ),
    "F48": Feature(
        "Capacity of teams and of the house: people in relation, backlog, turnaround",
        "Experts, reviewers and coordination stand in relation, and a backlog of reviews over "
        "its hours is warned of",
    ),
    "F49": Feature(
        "Checks for oddities, with a test statistic, that alert a person and decide nothing",
        "Who always prefers one side is listed with statistic and p; a person answers, and "
        "nothing else happens",
    ),
    "F51": Feature(
        "Disputes with a clock for the answer, and appeal",
        "Two clicks open a dispute, its clock sends it up, and what is owed stands in the ledger",
    ),
    "F52": Feature(
        "Proposals for rubrics, thanked in the change log and counted in the portfolio",
        "A proposal that was taken stands in the rubric's log under a pseudonym and in the "
        "portfolio",
    ),
    "F53": Feature(
        "What is stuck and why, and how a project's work goes week by week",
        "Accuracy, rework and times are computed from the rows themselves each time",
    ),
    "F54": Feature(
        "Pseudonyms that lead to a credential for the operator alone",
        "A release has pseudonym and class; the operator finds the person, and a lab does not",
    ),
    "F55": Feature(
        "Prompts by language, jurisdiction and specialty",
        "A prompt in Swahili reaches those who work in Swahili alone; results by language "
        "leave out what is too few",
    ),
    "F57": Feature(
        "Calibration before the first work",
        "Whoever is new claims live work once the calibration is passed",
    ),
    "F65": Feature(
        "A registry and claims that take as long among 11,000 as among 100",
        "Search and claims are timed at 100, 1,000 and 11,000 experts; eight processes give "
        "no pair twice",
    ),
}
"""What is promised, by its id."""

_TEST = re.compile(r"^\s*(?:async )?def test_(f\d\d)_", re.MULTILINE)
HEAD = (
    "# Features and their tests\n\n"
    "What EvalHub promises to the experts who judge and to those who run projects, each with the "
    "tests whose names\ncarry its id (`test_f53_…`). This page is written by "
    "`python -m scripts.features`, and a test holds that every file it\nnames has such tests. "
    "`pytest -k f53` runs the tests of one feature.\n\n"
    "| Id | Feature | Seen by | Tests in |\n|---|---|---|---|\n"
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
        f"| {name} | {one.words} | {one.seen} | {_listed(tests[name])} |\n"
        for name, one in FEATURES.items()
        if tests.get(name)
    )
    return HEAD + "".join(rows)


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths)


def main() -> int:
    """Write the page."""
    PAGE.write_text(page_of(files_by_feature()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
