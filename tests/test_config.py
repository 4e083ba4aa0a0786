"""Settings: where they come from, and which are refused."""

import shutil
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evalhub.config import Settings, load_settings, with_scheduler
from evalhub.errors import SettingsError

SECRET = "s" * 40
ROOT = Path(__file__).resolve().parent.parent


def environ(folder: Path, **values: str) -> dict[str, str]:
    given = {f"EVALHUB_{name}": value for name, value in values.items()}
    return {"EVALHUB_INSTANCE_DIR": str(folder), "HOME": "/nowhere", **given}


def test_an_empty_environment_gives_sqlite_in_the_instance_folder(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path))

    assert settings.database_url == f"sqlite:///{tmp_path}/evalhub.db"
    assert settings.releases_dir == tmp_path / "releases"
    assert not settings.is_https


def test_the_process_environment_is_read_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVALHUB_INSTANCE_DIR", str(tmp_path / "made"))

    assert load_settings().instance_dir == tmp_path / "made"


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = load_settings(environ(tmp_path))
    second = load_settings(environ(tmp_path))

    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_new_instance_is_open_to_its_owner_alone(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path / "deep" / "instance"))

    assert stat.S_IMODE(settings.instance_dir.stat().st_mode) == 0o700


def test_asking_about_an_instance_that_is_not_there_makes_nothing(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path / "none"), makes_instance=False)

    assert settings.secret_key == ""
    assert not (tmp_path / "none").exists()


def test_a_secret_that_is_there_is_read_without_making_anything(tmp_path: Path) -> None:
    made = load_settings(environ(tmp_path))

    assert load_settings(environ(tmp_path), makes_instance=False).secret_key == made.secret_key


def test_processes_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    start = threading.Barrier(8)

    def load(_number: int) -> str:
        start.wait()
        return load_settings(environ(tmp_path)).secret_key

    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(load, range(8)))

    assert secrets == {(tmp_path / "secret_key").read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [(b"", "is empty"), (b" \n", "is empty"), (b"\xff" * 40, "is not ASCII")],
    ids=["nothing", "blanks", "bytes"],
)
@pytest.mark.parametrize("makes_instance", [True, False], ids=["making it", "asking"])
def test_a_secret_that_was_damaged_is_not_taken_for_none(
    tmp_path: Path, content: bytes, rule: str, *, makes_instance: bool
) -> None:
    (tmp_path / "secret_key").write_bytes(content)

    with pytest.raises(SettingsError, match=rf"secret_key .*{rule}"):
        load_settings(environ(tmp_path), makes_instance=makes_instance)


def test_a_package_without_its_source_tree_keeps_no_data_beside_itself(tmp_path: Path) -> None:
    """What ``pip install .`` leaves: the database would go with the packages of a new version."""
    package = tmp_path / "site-packages" / "evalhub"
    package.mkdir(parents=True)
    for name in ("__init__.py", "config.py", "errors.py"):
        shutil.copyfile(ROOT / "evalhub" / name, package / name)
    code = "from evalhub.config import load_settings; load_settings()"

    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        cwd=package.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (
        "Install it with `pip install --editable`, or say with EVALHUB_INSTANCE_DIR" in done.stderr
    )
    assert [path.name for path in package.parent.iterdir()] == ["evalhub"]


@pytest.mark.parametrize("makes_instance", [True, False], ids=["making it", "asking"])
def test_an_instance_folder_that_is_a_file_is_refused(
    tmp_path: Path, *, makes_instance: bool
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match=r"EVALHUB_INSTANCE_DIR '.*file' cannot be used"):
        load_settings(environ(tmp_path / "file"), makes_instance=makes_instance)


def test_an_instance_folder_that_cannot_be_made_is_refused_with_the_reason(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match="Not a directory"):
        load_settings(environ(tmp_path / "file" / "below"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("SESSION_DAYS = ", "SyntaxError", id="syntax"),
        pytest.param("SESSION_DAYS = 1 / 0", "ZeroDivisionError", id="fault"),
    ],
)
def test_an_instance_file_that_does_not_run_is_named(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "config.py").write_text(text)

    with pytest.raises(SettingsError, match=rf"config.py does not run: {reason}"):
        load_settings(environ(tmp_path))


def test_the_environment_wins_over_the_instance_file(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("SESSION_DAYS = 3\nINVITATION_DAYS = 2\nhelper = 1\n")

    settings = load_settings(environ(tmp_path, SESSION_DAYS="5"))

    assert (settings.session_days, settings.invitation_days) == (5, 2)


def test_allowed_hosts_are_split_and_trimmed(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path, ENDPOINT_ALLOW=" a.internal:8080, 127.0.0.1 ,"))

    assert settings.allowed_hosts == {"a.internal:8080", "127.0.0.1"}


def test_the_keys_of_endpoints_are_patterns(tmp_path: Path) -> None:
    chosen = load_settings(environ(tmp_path, ENDPOINT_KEYS=" *_API_KEY, HF_TOKEN ,"))

    assert chosen.key_patterns == ("*_API_KEY", "HF_TOKEN")
    assert load_settings(environ(tmp_path)).key_patterns == ("*_API_KEY",)


def test_an_https_address_marks_cookies_secure(tmp_path: Path) -> None:
    for address in ("https://evalhub.example.org", "HTTPS://evalhub.example.org:8443"):
        assert load_settings(environ(tmp_path, PUBLIC_URL=address)).is_https


def test_what_a_client_takes_from_the_same_shell_is_no_setting(tmp_path: Path) -> None:
    of_client = environ(tmp_path, URL="https://evalhub.example.org", KEY="evh_x")

    assert load_settings(of_client) == load_settings(environ(tmp_path))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"COLOUR": "blue"}, "EVALHUB_COLOUR is not a setting"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters"),
        ({"SESSION_DAYS": "0"}, "EVALHUB_SESSION_DAYS"),
        ({"LOG_LEVEL": "loud"}, "EVALHUB_LOG_LEVEL"),
        ({"PUBLIC_URL": "http://evalhub.example.org"}, "must use https"),
        ({"PUBLIC_URL": "ftp://127.0.0.1"}, "not an http"),
        ({"PUBLIC_URL": "HTTP://evalhub.example.org"}, "must use https"),
        ({"PUBLIC_URL": "https://"}, "not an http"),
        ({"PUBLIC_URL": "https://[::1"}, "not an http"),
        ({"PUBLIC_URL": "https://evalhub.example.org:port"}, "not an http"),
        ({"PUBLIC_URL": "https://evalhub.example.org:70000"}, "not an http"),
        ({"DASK_SCHEDULER": "tcp://10.0.0.5:8786"}, "'tcp://10.0.0.5:8786' must use tls"),
        ({"DASK_SCHEDULER": "10.0.0.5:8786"}, "EVALHUB_DASK_SCHEDULER: String should match"),
    ],
    ids=[
        *("unknown", "short secret", "range", "word", "plain http", "scheme", "capitals"),
        *("no host", "open bracket", "port in letters", "port too high"),
        *("open scheduler", "scheduler without scheme"),
    ],
)
def test_a_bad_setting_refuses_to_start_and_says_which(
    tmp_path: Path, values: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(environ(tmp_path, **values))


def test_a_command_may_name_another_scheduler_under_the_same_rules(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path, DASK_SCHEDULER="tls://dask.internal:8786"))

    assert with_scheduler(settings, "tcp://[::1]:8786") == settings.model_copy(
        update={"dask_scheduler": "tcp://[::1]:8786"}
    )
    with pytest.raises(SettingsError, match="must use tls"):
        with_scheduler(settings, "tcp://dask.internal:8786")


def test_an_unknown_name_in_the_instance_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("COLOUR = 'blue'\n")

    with pytest.raises(SettingsError, match="COLOUR"):
        load_settings(environ(tmp_path))


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "settings.md").read_text(encoding="utf-8")

    for name in Settings.model_fields:
        assert f"`EVALHUB_{name.upper()}`" in page


def test_a_metrics_token_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="EVALHUB_METRICS_TOKEN has 5 characters"):
        load_settings(environ(tmp_path, METRICS_TOKEN="guess"))


def test_proxies_are_addresses_and_networks(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path, TRUSTED_PROXIES="10.0.0.0/8, ::1,"))

    assert [str(one) for one in settings.proxy_networks] == ["10.0.0.0/8", "::1/128"]
    assert load_settings(environ(tmp_path)).proxy_networks == ()


@pytest.mark.parametrize("text", ["proxy.internal", "10.0.0.1/8", "10.0.0.256"])
def test_a_proxy_that_is_no_address_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=f"EVALHUB_TRUSTED_PROXIES: '{text}'"):
        load_settings(environ(tmp_path, TRUSTED_PROXIES=text))
