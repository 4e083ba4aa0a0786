"""The code that a release's page shows for programs runs as it is copied, against a live server."""

import re
from html import unescape
from importlib.util import find_spec
from pathlib import Path

import pytest
from flask import Flask

from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Role, Scope
from evalhub.core.releasing.usage import Snippet, remote_snippets
from evalhub.db.engine import Database
from evalhub.services.releasing.kept import FoundRelease
from tests.api.keys import bearer
from tests.web.conftest import Clock, SignIn

NEEDED = {"datasets": ("datasets",), "DuckDB": ("duckdb", "fsspec", "aiohttp")}
"""What some of the code imports and EvalHub does not bring; ``make lab-proof`` runs it all."""


def snippets_of(url: str, built: FoundRelease) -> tuple[Snippet, ...]:
    return remote_snippets(url, "tiny", "1.0.0", built.manifest.files)


@pytest.mark.parametrize("number", range(4), ids=["client", "pandas", "datasets", "duckdb"])
def test_the_code_runs_as_copied(
    url: str,
    built: FoundRelease,
    database: Database,
    clock: Clock,
    tmp_path: Path,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    snippet = snippets_of(url, built)[number]
    for word, modules in NEEDED.items():
        if snippet.title.endswith(word) and not all(map(find_spec, modules)):
            pytest.skip(f"{word} is not installed here")
    key = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())["Authorization"][7:]
    monkeypatch.setenv("EVALHUB_KEY", key)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    exec(compile(snippet.code, snippet.title, "exec"), {})  # noqa: S102 - the page's own code

    said = capsys.readouterr().out.split()[-1]
    assert said in {
        str(built.manifest.counts.rows["pairs"]["train"]),
        sha256_hex((built.folder / "SHA256SUMS").read_bytes()),
    }


def test_a_key_is_in_no_code(url: str, built: FoundRelease) -> None:
    for snippet in snippets_of(url, built):
        assert 'os.environ["EVALHUB_KEY"]' in snippet.code or "os.environ['EVALHUB_KEY']" in (
            snippet.code
        )


def test_the_page_shows_this_code(
    app: Flask, sign_in: SignIn, url: str, built: FoundRelease
) -> None:
    client = app.test_client()
    sign_in(client, {Role.LAB})

    page = client.get("/releases/tiny/1.0.0").text
    found = re.findall(r'<code id="code-r\d">(.*?)</code>', page, re.DOTALL)
    shown = [unescape(code) for code in found]

    assert shown == [one.code for one in snippets_of("http://127.0.0.1:8000", built)]


def test_a_german_page_shows_the_same_code_and_says_what_it_needs(
    app: Flask, sign_in: SignIn, built: FoundRelease
) -> None:
    client = app.test_client()
    sign_in(client, {Role.LAB})

    english, german = (
        client.get("/releases/tiny/1.0.0", headers={"Accept-Language": tag}).text
        for tag in ("en", "de")
    )

    code = re.compile(r'<code id="code-\w\d">(.*?)</code>', re.DOTALL)
    assert code.findall(german) == code.findall(english)
    assert "Needs <code>pip install duckdb pyarrow fsspec aiohttp</code>" in english
    assert "Braucht <code>pip install duckdb pyarrow fsspec aiohttp</code>" in german
    assert "Eine Datei mit DuckDB abfragen" in german
