"""Read EvalHub's settings once, typed, and refuse unsafe ones.

A setting comes from the environment (``EVALHUB_…``), else from ``instance/config.py``
(upper-case names without the prefix), else from its default here.
"""

import errno
import os
import runpy
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evalhub.errors import SettingsError

PREFIX = "EVALHUB_"
CLIENT_VARIABLES = frozenset({"url", "key"})
"""What the client's guide sets, in lower case: a shell may hold it where the server runs too."""
ROOT = Path(__file__).resolve().parent.parent
MINIMUM_SECRET_LENGTH = 32
"""Characters a signing key needs: whoever guesses it can sign in as anybody."""
DEFAULT_ENDPOINT_KEYS = "*_API_KEY"
DEFAULT_PAY_FLOORS = ", ".join(
    f"general=20 {currency}, multilingual=20 {currency}, coding_stem=40 {currency}, "
    f"professional=50 {currency}"
    for currency in ("USD", "EUR", "GBP")
)
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
Network: TypeAlias = IPv4Network | IPv6Network


class Settings(BaseModel):
    """Hold every setting of one EvalHub process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instance_dir: Path = Field(
        default=ROOT / "instance",
        description="Folder for the database, releases, the secret and config.py.",
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL; empty means SQLite in the instance folder."
    )
    secret_key: str = Field(
        default="",
        description="Signs forms and pseudonyms; empty means one made once in the instance.",
    )
    rubrics_dir: Path = Field(default=ROOT / "rubrics", description="Folder of shipped rubrics.")
    prompts_dir: Path = Field(
        default=ROOT / "prompts", description="Folder of shipped prompt sets."
    )
    releases_url: str = Field(
        default="",
        pattern=r"^($|(file|s3|gs|gcs|abfs|abfss)://[^@\s]+$)",
        description="Object storage for releases; empty means the instance folder.",
    )
    dask_scheduler: str = Field(
        default="",
        pattern=r"^($|(tls|tcp)://[^@\s/]+:[0-9]+$)",
        description="Dask scheduler whose workers make the rows of releases; empty means none.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="Address that people use; https except on this machine.",
    )
    session_days: int = Field(default=14, ge=1, le=90, description="Days a sign-in lasts.")
    invitation_days: int = Field(default=7, ge=1, le=90, description="Days an invitation lasts.")
    max_upload_mb: int = Field(
        default=64, ge=1, le=2048, description="Largest request body, in MiB (2**20 bytes)."
    )
    endpoint_allow: str = Field(
        default="",
        description="Hosts that endpoints may use although they are private or not https, "
        "as host or host:port, separated by commas.",
    )
    endpoint_keys: str = Field(
        default=DEFAULT_ENDPOINT_KEYS,
        description="Names of environment variables whose keys endpoints may be sent, as patterns "
        "with *, separated by commas.",
    )
    pay_floors: str = Field(
        default=DEFAULT_PAY_FLOORS,
        description="Least pay of an hour by tier and currency, as general=20 USD, separated by "
        "commas.",
    )
    review_backlog_hours: int = Field(
        default=72,
        ge=1,
        le=8760,
        description="Hours that a case may wait for a reviewer before the capacity page warns.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks of proxies whose X-Request-Id is kept, by commas.",
    )
    metrics_token: str = Field(
        default="", description="Opens /metrics to who sends it; empty keeps it closed."
    )
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="Least level logged."
    )

    @property
    def releases_dir(self) -> Path:
        """Return the folder in which releases are written."""
        return self.instance_dir / "releases"

    @property
    def names_public_url(self) -> bool:
        """Tell whether somebody has said what address people use."""
        return "public_url" in self.model_fields_set

    @property
    def is_https(self) -> bool:
        """Tell whether cookies can be marked Secure."""
        # As the check below reads it: "HTTPS://…" would pass there and leave cookies unmarked here.
        return urlsplit(self.public_url).scheme == "https"

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Return the allow-list of private or plain-http endpoint hosts."""
        return frozenset(host.strip() for host in self.endpoint_allow.split(",") if host.strip())

    @property
    def key_patterns(self) -> tuple[str, ...]:
        """Return the patterns that the name of an endpoint's key must match."""
        return tuple(one.strip() for one in self.endpoint_keys.split(",") if one.strip())

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """Return the networks of trusted proxies; raise ``SettingsError`` for what is none."""
        return _networks(self.trusted_proxies)


def load_settings(
    environ: Mapping[str, str] | None = None, *, makes_instance: bool = True
) -> Settings:
    """Read the settings from ``environ`` (default: the process's) and ``instance/config.py``.

    With ``makes_instance`` create the instance folder and, when none is given, its secret key.
    Without it nothing is written, and a secret that does not exist yet is empty: whoever asks
    about an instance that is not there must not leave half of one behind. Raise
    ``SettingsError`` that names the setting and the rule.
    """
    given = os.environ if environ is None else environ
    instance_dir = Path(given.get(PREFIX + "INSTANCE_DIR") or _own_instance_dir()).resolve()
    with _named_after(f"{PREFIX}INSTANCE_DIR {str(instance_dir)!r} cannot be used"):
        if makes_instance:
            # Readable by its owner alone: it holds answers, judgments and the secret.
            instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if instance_dir.exists() and not instance_dir.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        # The environment wins: it is what a container or a service manager can set without editing
        # a file.
        values: dict[str, object] = {**_from_file(instance_dir), **_from_environ(given)}
        values["instance_dir"] = instance_dir
        values["database_url"] = (
            values.get("database_url") or f"sqlite:///{instance_dir}/evalhub.db"
        )
        values["secret_key"] = values.get("secret_key") or _instance_secret(
            instance_dir, is_made=makes_instance
        )
    settings = _validated(values)
    _refuse_unsafe(settings)
    return settings


def _own_instance_dir() -> Path:
    """Return ``instance/`` of the source tree that this package lies in.

    Raise ``SettingsError`` where it was copied out of its tree, as ``pip install .`` does: the
    database would lie among the installed packages, and go with them at the next upgrade.
    """
    if not (ROOT / "setup.cfg").is_file():
        raise SettingsError(
            f"EvalHub is installed in {ROOT}, away from its source tree. Install it with "
            f"`pip install --editable`, or say with {PREFIX}INSTANCE_DIR where its data is to lie."
        )
    return ROOT / "instance"


@contextmanager
def _named_after(place: str) -> Iterator[None]:
    """Turn a failure of the file system into a ``SettingsError`` that begins with ``place``."""
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{place}: {error.strerror or error}.") from error


def _from_environ(environ: Mapping[str, str]) -> dict[str, object]:
    """Return the ``EVALHUB_…`` variables that name a setting; refuse those that name none."""
    named = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environ.items()
        if key.startswith(PREFIX)
    }
    unknown = sorted(named.keys() - Settings.model_fields.keys() - CLIENT_VARIABLES)
    # A misspelt setting would leave its default in force, and an operator would believe otherwise.
    if unknown:
        raise SettingsError(f"{PREFIX}{unknown[0].upper()} is not a setting of EvalHub.")
    return {key: value for key, value in named.items() if key not in CLIENT_VARIABLES}


def _from_file(instance_dir: Path) -> dict[str, object]:
    """Return the upper-case names of ``instance/config.py`` as settings."""
    path = instance_dir / "config.py"
    if not path.exists():
        return {}
    try:
        found = runpy.run_path(str(path))
    except Exception as error:
        # It is somebody's program, so anything can go wrong in it; all of it is theirs to mend.
        raise SettingsError(f"{path} does not run: {type(error).__name__}: {error}.") from error
    # Helpers in lower case and imported modules are the file's own business.
    return {key.lower(): value for key, value in found.items() if key.isupper()}


def _instance_secret(instance_dir: Path, *, is_made: bool) -> str:
    """Return the instance's secret key, made on first use and readable by its owner only.

    Without ``is_made``, a key that is not there is empty and stays unmade.
    """
    path = instance_dir / "secret_key"
    if is_made and not path.exists():
        _make_secret(path)
    try:
        secret = path.read_bytes().decode("ascii").strip()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} holds no secret key: what it holds is not ASCII.") from error
    if not secret:
        # An empty key would be taken for none, and every form and sign-in would then fail.
        raise SettingsError(f"{path} is empty; delete it, and a new key is made.")
    return secret


def _make_secret(path: Path) -> None:
    """Write a new key to ``path``, unless another process is first.

    Server and worker start together. Were the file made first and then written, the second
    could read it empty in between; a link appears with all of its content or not at all.
    """
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path)


def _validated(values: dict[str, object]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{PREFIX}{name}: {first['msg']}.") from error


def _refuse_unsafe(settings: Settings) -> None:
    if settings.secret_key and len(settings.secret_key) < MINIMUM_SECRET_LENGTH:
        raise SettingsError(
            f"{PREFIX}SECRET_KEY has {len(settings.secret_key)} characters; "
            f"it needs at least {MINIMUM_SECRET_LENGTH}."
        )
    if settings.metrics_token and len(settings.metrics_token) < MINIMUM_SECRET_LENGTH:
        raise SettingsError(
            f"{PREFIX}METRICS_TOKEN has {len(settings.metrics_token)} characters; "
            f"it needs at least {MINIMUM_SECRET_LENGTH}."
        )
    _networks(settings.trusted_proxies)
    _refuse_open_scheduler(settings)
    parts = _split_address(settings.public_url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL {settings.public_url!r} must use https: "
            "plain http is for this machine only."
        )


def with_scheduler(settings: Settings, address: str) -> Settings:
    """Return ``settings`` with another Dask scheduler, which the same rules hold for."""
    changed = _validated({**settings.model_dump(exclude_unset=True), "dask_scheduler": address})
    _refuse_open_scheduler(changed)
    return changed


def _refuse_open_scheduler(settings: Settings) -> None:
    """Raise ``SettingsError`` for a scheduler that others could reach without a certificate.

    Whoever reaches a scheduler can run what they like on its workers, and rows travel through it.
    """
    parts = urlsplit(settings.dask_scheduler)
    if parts.scheme == "tcp" and parts.hostname not in LOOPBACK_HOSTS:
        raise SettingsError(
            f"{PREFIX}DASK_SCHEDULER {settings.dask_scheduler!r} must use tls: "
            "plain tcp is for this machine only."
        )


def _split_address(url: str) -> SplitResult:
    """Return the parts of an http(s) address; raise ``SettingsError`` for what is none."""
    try:
        parts = urlsplit(url)
        # Only reading the port checks it; a wrong one would stand in every invitation's link.
        is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_address = None
    if not is_address:
        raise SettingsError(f"{PREFIX}PUBLIC_URL {url!r} is not an http(s) address.")
    return parts


@lru_cache(maxsize=4)
def _networks(text: str) -> tuple[Network, ...]:
    """Return the networks that ``text`` lists; asked for by every request, so read once."""
    return tuple(_network(one.strip()) for one in text.split(",") if one.strip())


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise SettingsError(
            f"{PREFIX}TRUSTED_PROXIES: {text!r} is neither an address nor a network."
        ) from error
