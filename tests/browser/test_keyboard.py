"""A whole judgment by keyboard alone, every press counted; docs/experts.md gives the counts."""

import sys
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.browser.conftest import WIDE, SitDown
from tests.browser.test_judging import claim, desk_of, use_rubric
from tests.web.desk import Desk

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
MOST_WITH_SHORTCUTS, MOST_NATIVE = 20, 60

VERDICT = {"overall": "-1", "confidence": "2"}
"""What is said: A slightly better, fairly sure, and 4 and 3 on every scale from 1 to 5."""


@dataclass
class Keys:
    """Press keys in a window and count them."""

    page: Page
    n: int = 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.n += 1

    def focused(self) -> dict[str, str]:
        """Return what has the focus: its field, value and kind, and the choices of its group."""
        found: dict[str, str] = self.page.evaluate(
            """() => {
              const e = document.activeElement, group = e.type === "radio"
                ? [...document.getElementsByName(e.name)].map(i => i.value) : [];
              return {name: e.name || "", value: e.value || "", group: group.join(" "),
                      href: e.getAttribute("href") || ""};
            }"""
        )
        return found


def with_shortcuts(keys: Keys) -> None:
    """Answer whatever is asked, then submit."""
    keys.press("j")
    asked = keys.page.locator("#answered")
    while True:
        n_answered, _, n_asked, *_ = asked.inner_text().split()
        if n_answered == n_asked:
            break
        name = keys.focused()["name"]
        key = "3" if name.startswith("criteria.") else SHORT.get(name, "1")
        keys.press("0" if name.startswith("flags.") else key)
    keys.press("Control+Enter")


SHORT = {"overall": "3", "confidence": "2", "triage.urgency": "3"}


def with_native_keys(keys: Keys) -> None:
    """Go through the form with Tab, answer what must be answered, and press the button."""
    while not keys.focused()["href"].startswith("#s-"):
        keys.press("Tab")
    keys.press("Enter")
    for _ in range(150):
        keys.press("Tab")
        at = keys.focused()
        if at["name"].startswith("flags.") and at["value"] == "none":
            keys.press("Space")
        elif at["group"] and is_required(keys.page, at["name"]):
            choose(keys, at["group"].split(), wanted(at["name"], at["group"].split()))
        elif at["name"] == "action" and at["value"] == "submit":
            keys.press("Space")
            return
    pytest.fail("The button was not reached.")


def is_required(page: Page, name: str) -> bool:
    first = page.locator(f"[name='{name}']").first
    return bool(first.evaluate("e => !!e.closest('[aria-required=true]')"))


def wanted(name: str, values: list[str]) -> str:
    if name.startswith("criteria."):
        return (
            ("4" if name.endswith(".a") else "3") if "1" in values and "-1" not in values else "-1"
        )
    return VERDICT.get(name, values[0])


def choose(keys: Keys, values: list[str], value: str) -> None:
    """Choose a radio button from the first one, which has the focus, the shorter way round."""
    down = values.index(value)
    up = len(values) - down
    if not down:
        keys.press("Space")
    elif down <= up:
        keys.press(*["ArrowDown"] * down)
    else:
        keys.press(*["ArrowUp"] * up)


@pytest.mark.parametrize(
    ("rubric", "has_script", "size"),
    [
        ("medicine", True, PHONE),
        ("medicine", False, WIDE),
        ("law", True, WIDE),
        ("law", False, PHONE),
    ],
    ids=["medicine-phone", "medicine-plain", "law", "law-plain-phone"],
)
def test_a_judgment_takes_few_native_keys(
    sit_down: SitDown,
    database: Database,
    *,
    rubric: str,
    has_script: bool,
    size: dict[str, int],
) -> None:
    keys, desk = seated(sit_down, database, rubric, has_script=has_script, size=size)

    with_native_keys(keys)
    keys.page.get_by_text("Your judgment is stored.").wait_for()

    sys.stdout.write(f"{rubric}, {size['width']} px, scripts {has_script}: {keys.n} keys\n")
    assert len(desk.judgments()) == 1
    assert keys.n <= MOST_NATIVE


@pytest.mark.parametrize(("rubric", "size"), [("medicine", WIDE), ("law", PHONE)])
def test_a_judgment_takes_fewer_keys_with_shortcuts(
    sit_down: SitDown, database: Database, rubric: str, size: dict[str, int]
) -> None:
    keys, desk = seated(sit_down, database, rubric, size=size)

    with_shortcuts(keys)
    keys.page.get_by_text("Your judgment is stored.").wait_for()

    sys.stdout.write(f"{rubric}, {size['width']} px, shortcuts: {keys.n} keys\n")
    assert len(desk.judgments()) == 1
    assert keys.n <= MOST_WITH_SHORTCUTS


def test_a_key_is_changed_and_another_switched_off(sit_down: SitDown, database: Database) -> None:
    keys, _ = seated(sit_down, database, "medicine")
    page = keys.page

    keys.press("?")
    page.locator("#key-next").fill("n")
    page.locator("#key-skip").fill("")
    page.locator("#key-why").fill("o")
    keys.press("Tab", "Escape")
    page.reload()
    keys.press("n", "s", "w")

    assert keys.focused()["name"] == "why.text"
    assert page.locator("#skip").is_hidden()
    assert page.evaluate("JSON.parse(localStorage.getItem('keys'))") == {"next": "n", "skip": ""}


def seated(
    sit_down: SitDown,
    database: Database,
    rubric: str,
    *,
    has_script: bool = True,
    size: dict[str, int] = WIDE,
) -> tuple[Keys, Desk]:
    """Seat somebody before a comparison under a shipped rubric."""
    seat = sit_down({Role.ANNOTATOR}, has_script=has_script, viewport=size)
    desk = desk_of(seat, database)
    use_rubric(database, rubric)
    claim(seat)
    return Keys(seat.page), desk
