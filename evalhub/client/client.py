"""Speak to a server of EvalHub: upload prompts, pull, and download releases.

with Client("https://evalhub.example.org", key) as hub:
    version = hub.upload_prompts("cardiology.jsonl", slug="cardiology", title="Cardiology")
    pull = hub.start_pull(version.name, ["careful", "quick"])
    for progress in hub.follow_pull(pull.id):
        print(progress.n_settled, "of", progress.n_wanted)
    hub.download("cardiology", "1.0.0", "cardiology-1.0.0")
"""

import random
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias
from urllib.parse import quote

from evalhub.client.answers import (
    Consent,
    Frozen,
    Import,
    Manifest,
    Notices,
    PromptSetVersion,
    Pull,
    Release,
    Releases,
    RowReport,
    RowReports,
    Taken,
    Upload,
    parse,
    parse_manifest,
)
from evalhub.client.downloading import Downloaded, Told, download_files
from evalhub.client.errors import TookTooLong, UploadRefused
from evalhub.client.patience import RetryPolicy
from evalhub.client.transport import Transport
from evalhub.client.verifying import Verified, verify_folder
from evalhub.errors import Problem

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
Rows: TypeAlias = Sequence[Mapping[str, "JsonValue"]]

SLOWER = 1.5
"""By how much the wait between two looks at a pull grows while nothing changes."""
SLOWEST = 10
"""How often the first wait the longest one is."""


class Client:
    """Hold one server, one key and its connections; use it as a context manager.

    Requests that may safely arrive twice are sent again after a broken connection or a busy
    server, with growing random waits. Nothing else is, and a pull is never started twice.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        policy: RetryPolicy | None = None,
        timeout_s: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._transport = Transport(
            base_url,
            key,
            policy=policy or RetryPolicy(),
            timeout_s=timeout_s,
            sleep=sleep,
            rng=random.Random(),  # noqa: S311 - spreads waits, guards nothing
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def upload_prompts(
        self,
        prompts: Path | str | Rows,
        *,
        slug: str,
        title: str = "",
        keep_bad_rows_out: bool = False,
        **fields: str | bool,
    ) -> PromptSetVersion:
        """Upload a file or rows and freeze them as a version, unless a row breaks a rule.

        ``fields`` fill gaps as the API names them: ``domain``, ``language``, ``license``,
        ``source_kind``, ``renames``, ``keep_unknown``. Raise ``UploadRefused`` with the place
        and the rules of each bad row, after which nothing is frozen; with ``keep_bad_rows_out``
        the good rows are frozen without them, if there are any. A large file is read and frozen
        by a worker of the server, for which this waits; ``TookTooLong`` says where one does not
        come within a day.
        """
        upload = self._send_prompts(prompts, {"slug": slug, "title": title, **fields})
        report = upload.report
        if report.n_good == 0 or (report.n_bad and not keep_bad_rows_out):
            self._post(f"/prompt-uploads/{upload.token}/discard")
            problems = [
                Problem(f"{row.file or report.filename} {report.unit} {row.line}", reason)
                for row in report.bad_rows
                for reason in row.reasons
            ]
            raise UploadRefused(problems, n_bad=report.n_bad)
        confirmed = self._post(f"/prompt-uploads/{upload.token}/confirm")
        import_id = parse(Taken, confirmed).id
        if not import_id:
            return parse(Frozen, confirmed).version
        frozen = self._await_import(import_id)
        if frozen.version is None:
            raise UploadRefused(_problems_of(frozen), n_bad=0)
        return frozen.version

    def start_pull(
        self,
        prompt_set: str,
        endpoints: Sequence[str],
        *,
        retry_errors: bool = False,
        key: str | None = None,
    ) -> Pull:
        """Start a pull and return it; it is started once, however often the network repeats it.

        ``key`` names the request (one is made up otherwise): a program that was killed and sends
        the same under the same key gets the pull that it started before.
        """
        wanted = {
            "prompt_set": prompt_set,
            "endpoints": list(endpoints),
            "retry_errors": retry_errors,
        }
        return parse(
            Pull,
            self._transport.send(
                "POST",
                "/pulls",
                is_repeatable=True,
                json=wanted,
                headers={"Idempotency-Key": key or uuid.uuid4().hex},
            ),
        )

    def pull(self, pull_id: str) -> Pull:
        """Return how far a pull has come."""
        return parse(Pull, self._get(f"/pulls/{_part(pull_id)}"))

    def follow_pull(
        self, pull_id: str, *, every_s: float = 1.0, at_most_s: float = 24 * 3600.0
    ) -> Iterator[Pull]:
        """Yield a pull as it is now and at each change, until nothing more will be asked.

        It is asked for every ``every_s`` seconds while it moves, and up to ten times as rarely
        while it does not. Raise ``TookTooLong`` once ``at_most_s`` have passed; the pull itself
        goes on.
        """
        began, wait_s, seen = self._clock(), every_s, None
        while True:
            found = self.pull(pull_id)
            if found != seen:
                yield found
                wait_s, seen = every_s, found
            else:
                wait_s = min(wait_s * SLOWER, every_s * SLOWEST)
            if found.is_over:
                return
            if self._clock() + wait_s > began + at_most_s:
                settled = f"{found.n_settled} of {found.n_wanted} are settled"
                advice = f"; {found.advice}" if found.advice else ""
                raise TookTooLong(
                    f"Pull {pull_id} is not over after {at_most_s:g} s: {settled}{advice}."
                )
            self._sleep(wait_s)

    def releases(self) -> tuple[Release, ...]:
        """Return every release that the key opens, by project, the newest version first."""
        return parse(Releases, self._get("/releases")).releases

    def notices(self, project: str, version: str) -> Notices:
        """Return what became known of a release since it was built: ask before every training."""
        return parse(Notices, self._get(f"{_release(project, version)}/notices"))

    def manifest(self, project: str, version: str) -> Manifest:
        """Return the manifest of a release, byte for byte."""
        return parse_manifest(self._get(_release(project, version)))

    def download(
        self,
        project: str,
        version: str,
        folder: Path | str,
        *,
        only: Collection[str] = (),
        workers: int = 4,
        tell: Told = lambda _path, _n_there, _n_bytes: None,
    ) -> Downloaded:
        """Bring a release into ``folder``, checked; run again, it goes on where it stood.

        ``only`` names the tables that are wanted, all by default. At most ``workers`` files come
        at a time; ``tell`` is called, from their threads, with the path, the bytes that are
        there and those that the file has. Raise ``Changed`` for a file that is no longer the
        manifest's, ``Damaged`` for one whose bytes are not, ``NoSpace`` for a full disk; and
        before any file comes, ``OtherRelease`` for a folder of another release, ``UnknownTable``
        for a name in ``only`` that this one does not have.
        """
        address = _release(project, version)
        return download_files(
            self.manifest(project, version),
            Path(folder),
            transport=self._transport,
            address=f"{address}/files",
            only=only,
            workers=workers,
            tell=tell,
        )

    def report_row(
        self, project: str, version: str, pair_id: str, *, kind: str, text: str
    ) -> RowReport:
        """Report a row of a release to the project's researchers, once however often it is sent.

        ``kind`` is ``wrong_preference``, ``wrong_text``, ``duplicate``, ``personal_data``,
        ``harmful`` or ``other``. The key needs ``reports:write``.
        """
        wanted = {"pair_id": pair_id, "kind": kind, "text": text}
        address = f"{_release(project, version)}/reports"
        return parse(
            RowReport, self._transport.send("POST", address, is_repeatable=True, json=wanted)
        )

    def reports(self, project: str, version: str) -> tuple[RowReport, ...]:
        """Return what the key's owner reported of a release, with what became of it."""
        return parse(RowReports, self._get(f"{_release(project, version)}/reports")).reports

    def consent(self) -> Consent:
        """Return what the judgments of the key's owner may be used for.

        The key needs ``consent:withdraw``.
        """
        return parse(Consent, self._get("/consent"))

    def withdraw_consent(self, purposes: Collection[str] = ()) -> Consent:
        """Take the owner's consent to ``purposes`` back, all of them by default.

        Consent is given on the page alone, by a person who reads the text.
        """
        return parse(
            Consent,
            self._transport.send(
                "POST", "/consent/withdraw", is_repeatable=True, json={"purposes": list(purposes)}
            ),
        )

    @staticmethod
    def verify(folder: Path | str, *, only: Collection[str] = ()) -> Verified:
        """Check a downloaded folder without asking anybody; raise ``Damaged`` naming each file."""
        return verify_folder(Path(folder), only=only)

    def _send_prompts(self, prompts: Path | str | Rows, fields: Mapping[str, str | bool]) -> Upload:
        """Send the upload once: a copy of it would be confirmed by nobody and stay."""
        if isinstance(prompts, (str, Path)):
            path = Path(prompts)
            form = {name: _form_value(value) for name, value in fields.items()}
            sent = (path.name, path.read_bytes(), "application/octet-stream")
            what = {"data": form, "files": {"file": sent}}
        else:
            what = {"json": {**fields, "rows": [dict(row) for row in prompts]}}
        text = self._transport.send("POST", "/prompt-uploads", is_repeatable=False, **what)
        import_id = parse(Taken, text).id
        if not import_id:
            return parse(Upload, text)
        read = self._await_import(import_id)
        if not read.upload:
            raise UploadRefused(_problems_of(read), n_bad=0)
        return parse(Upload, self._get(f"/prompt-uploads/{_part(read.upload)}"))

    def _await_import(self, import_id: str, *, at_most_s: float = 24 * 3600.0) -> Import:
        """Return an import once it is over; look more and more rarely, as for a pull."""
        began, wait_s = self._clock(), 1.0
        while True:
            found = parse(Import, self._get(f"/prompt-imports/{_part(import_id)}"))
            if found.is_over:
                return found
            if self._clock() + wait_s > began + at_most_s:
                raise TookTooLong(
                    f"Import {import_id} is not over after {at_most_s:g} s: {found.attendance}."
                )
            self._sleep(wait_s)
            wait_s = min(wait_s * SLOWER, float(SLOWEST))

    def _get(self, path: str) -> bytes:
        return self._transport.send("GET", path, is_repeatable=True)

    def _post(self, path: str) -> bytes:
        """Send what changes nothing more when it arrives again."""
        return self._transport.send("POST", path, is_repeatable=True)


def _problems_of(found: Import) -> list[Problem]:
    """Return what stopped an import; one that a person cancelled has no other reason."""
    if found.status == "cancelled":
        return [Problem("", "The import was cancelled.")]
    return [Problem(one.where, one.rule) for one in found.problems]


def _form_value(value: str | bool) -> str:  # noqa: FBT001 - one of the values of a form
    return value if isinstance(value, str) else str(value).lower()


def _release(project: str, version: str) -> str:
    return f"/releases/{_part(project)}/{_part(version)}"


def _part(text: str) -> str:
    """Return ``text`` as one part of an address, whatever stands in it."""
    return quote(text, safe="")
