"""Measure the comparison page in Chromium: ``make bench-page``.

The server of ``bench_web`` over SQLite, an answer of ordinary length, one window at a time. Each
load is a navigation of its own in a window that has the site's style and script from before, or in
a new one that has nothing. Printed are medians of what the browser's own clock says, in
milliseconds from the click: the first byte of the answer, the first text on the screen, the page
ready to be used (its script has run), and everything loaded. On a phone's screen the processor is
also slowed down fourfold, which browsers take for a middling telephone.
"""

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.bench_web import Expert, Place, fill_place, open_place

NAMES = ("first byte", "first text", "ready", "loaded")
READ = """() => {
  const navigation = performance.getEntriesByType("navigation")[0];
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  return [navigation.responseStart, painted ? painted.startTime : navigation.domInteractive,
          navigation.domContentLoadedEventEnd, navigation.loadEventEnd, navigation.transferSize];
}"""
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
SLOWED = 4


@dataclass(frozen=True)
class Screen:
    """Hold one way in which the page is read."""

    name: str
    width: int
    height: int
    slowed: int = 1


SCREENS = (
    Screen("desk, 1440 px", 1440, 900),
    Screen("phone, 390 px, slowed 4 times", 390, 844, SLOWED),
)


class Window:
    """Read one comparison over and over, signed in as its expert."""

    def __init__(self, browser: Browser, place: Place, screen: Screen) -> None:
        self._browser, self._place, self._screen = browser, place, screen
        expert = Expert(place, place.browsers[0])
        expert.begin()
        self._path = expert.path

    def loads(self, n: int, *, is_first: bool) -> Iterator[list[float]]:
        """Yield the times of ``n`` loads, each the window's first or each a later one."""
        context = self._context()
        page = self._page(context)
        self._load(page)
        for _ in range(n):
            if is_first:
                context.close()
                context = self._context()
                page = self._page(context)
            yield self._load(page)
        context.close()

    def _context(self) -> BrowserContext:
        size = {"width": self._screen.width, "height": self._screen.height}
        context = self._browser.new_context(viewport=size)  # type: ignore[arg-type]  # a size
        name, _, value = self._place.browsers[0].cookie.partition("=")
        address = f"http://127.0.0.1:{self._place.browsers[0].port}"
        context.add_cookies([{"name": name, "value": value, "url": address}])
        return context

    def _page(self, context: BrowserContext) -> Page:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": self._screen.slowed})
        return page

    def _load(self, page: Page) -> list[float]:
        page.goto(f"http://127.0.0.1:{self._place.browsers[0].port}{self._path}")
        page.wait_for_load_state("networkidle")
        times: list[float] = page.evaluate(READ)
        return times


def measure(place: Place, *, n_loads: int) -> None:
    """Print the medians of each screen."""
    found = filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    path = next(found, None)
    if path is None:
        raise SystemExit("Chromium is not on PATH.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        for screen in SCREENS:
            window = Window(browser, place, screen)
            for words, is_first in (("again", False), ("first visit", True)):
                times = list(zip(*window.loads(n_loads, is_first=is_first), strict=True))
                told = [
                    f"{name} {statistics.median(column):5.0f}"
                    for name, column in zip(NAMES, times, strict=False)
                ]
                size = statistics.median(times[-1]) / 1024
                print(f"{screen.name:30} {words:12} {', '.join(told)}; page of {size:.0f} KiB")
        browser.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        place = open_place(Path(folder) / "place", url, fill_place(url), 1)
        with place as opened:
            measure(opened, n_loads=options.loads)


if __name__ == "__main__":
    main()
