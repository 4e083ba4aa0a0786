"""What a backup says of itself."""

import json

from evalhub.core.backups import BackupManifest, TableCopy, fingerprint, manifest_text

MANIFEST = BackupManifest(
    format="evalhub.backup/1",
    version="0.1",
    created_at="2026-11-21T09:00:00+00:00",
    database="sqlite",
    revision="0012",
    secret=fingerprint("s" * 40),
    tables=(TableCopy("person", 3), TableCopy("pair", 4)),
    files=("config.py", "secret_key", "releases/a/1.0.0/README.md"),
    releases=("a/1.0.0",),
    missing=("b/1.0.0",),
)


def test_every_file_of_a_backup_is_named() -> None:
    assert MANIFEST.paths == {
        "manifest.json",
        "tables/person.parquet",
        "tables/pair.parquet",
        "instance/config.py",
        "instance/secret_key",
        "instance/releases/a/1.0.0/README.md",
    }


def test_rows_are_added_up_over_tables() -> None:
    assert MANIFEST.n_rows == 7


def test_settings_are_never_put_back() -> None:
    assert MANIFEST.restored_files == ["secret_key", "releases/a/1.0.0/README.md"]


def test_the_text_holds_everything_and_no_secret() -> None:
    text = manifest_text(MANIFEST)

    found = json.loads(text)
    assert found["tables"] == [{"name": "person", "n_rows": 3}, {"name": "pair", "n_rows": 4}]
    assert found["missing"] == ["b/1.0.0"]
    assert "s" * 40 not in text


def test_a_fingerprint_tells_keys_apart_and_is_too_short_to_be_one() -> None:
    assert fingerprint("a" * 40) == fingerprint("a" * 40)
    assert fingerprint("a" * 40) != fingerprint("b" * 40)
    assert len(fingerprint("a" * 40)) == 16
