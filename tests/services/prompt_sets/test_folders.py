"""Sets on disk: a file, a set folder, a folder laid out as on the Hub."""

import os
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select

from evalhub.core.canonical import Json
from evalhub.core.people import command_actor
from evalhub.core.prompts.options import ReadingOptions, RowDefaults
from evalhub.core.prompts.vocabulary import SourceKind
from evalhub.db.models import PromptSet
from evalhub.errors import BadInput
from evalhub.services.prompt_sets import freeze_folder, read_path
from evalhub.services.prompt_sets.folders import MAX_FILE_BYTES
from tests.core.prompts.rows import row
from tests.core.prompts.test_cards import CARD, FRONT_MATTER
from tests.core.prompts.test_files import lines, parquet

ACTOR = command_actor()
SHIPPED = Path(__file__).parents[3] / "prompts"
OPTIONS = ReadingOptions()


def bare(name: str) -> dict[str, Json]:
    return row(id=name, prompt=f"What about {name}?", domain=None, language=None, license=None)


def make_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def ids(path: Path, options: ReadingOptions = OPTIONS) -> list[str]:
    return [prompt.id for prompt in read_path(path, options=options).file.prompts]


def test_a_file_is_read_without_a_card(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, {"mine.jsonl": lines(row())})

    found = read_path(folder / "mine.jsonl", options=OPTIONS)

    assert (found.card, found.file.filename, len(found.file.good)) == (None, "mine.jsonl", 1)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("prompts.jsonl", lines(bare("a"), bare("b"))),
        ("prompts.parquet", parquet([bare("a"), bare("b")])),
        ("prompts.csv", b"id,prompt,source\na,A?,written\nb,B?,written\n"),
    ],
)
def test_a_set_folder_is_read_with_its_card(tmp_path: Path, name: str, data: bytes) -> None:
    folder = make_folder(tmp_path, {"set.yaml": CARD.encode(), name: data})

    found = read_path(folder, options=OPTIONS)

    assert [prompt.domain for prompt in found.file.prompts] == ["geography", "geography"]
    assert found.card is not None
    assert found.card.id == "rivers"


def test_what_the_caller_says_goes_before_the_card(tmp_path: Path) -> None:
    folder = make_folder(
        tmp_path, {"set.yaml": CARD.encode(), "prompts.jsonl": lines(bare("a"), bare("b"))}
    )

    found = read_path(folder, options=ReadingOptions(RowDefaults(language="de")))

    assert found.file.prompts[0].language == "de"


def test_a_folder_of_the_hub_is_read_from_all_its_files(tmp_path: Path) -> None:
    folder = make_folder(
        tmp_path,
        {
            "README.md": FRONT_MATTER.encode(),
            "data/test.jsonl": lines(bare("a")),
            "data/train-00000.parquet": parquet([bare("b")]),
            "data/notes.txt": b"not rows",
        },
    )
    options = ReadingOptions(RowDefaults(domain="geography"))

    found = read_path(folder, options=options)

    assert [placed.place for placed in found.file.good] == [
        "data/test.jsonl 1",
        "data/train-00000.parquet 1",
    ]
    assert found.file.prompts[0].license == "cc-by-4.0"


def test_a_folder_without_a_card_is_read_too(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, {"prompts.jsonl": lines(row())})

    assert read_path(folder, options=OPTIONS).card is None
    assert ids(folder) == ["q1"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param({}, "holds neither prompts.jsonl nor files of rows", id="nothing"),
        pytest.param(
            {"prompts.jsonl": b"", "prompts.csv": b""}, "several files of prompts", id="two"
        ),
        pytest.param(
            {"set.yaml": CARD.encode(), "prompts.jsonl": lines(bare("a"))},
            "the card says 2 prompts; there are 1",
            id="other number",
        ),
        pytest.param({"set.yaml": b"", "prompts.jsonl": b""}, "set.yaml: is empty", id="card"),
    ],
)
def test_a_folder_that_is_no_set_is_refused(
    tmp_path: Path, files: dict[str, bytes], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        read_path(make_folder(tmp_path, files), options=OPTIONS)


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.jsonl: cannot be read: No such file"):
        read_path(tmp_path / "none.jsonl", options=OPTIONS)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = make_folder(tmp_path, {"a.jsonl": lines(row())}) / "a.jsonl"
    os.truncate(path, MAX_FILE_BYTES + 1)

    with pytest.raises(BadInput, match="is larger than 1,073,741,824 bytes"):
        ids(path)


def test_a_folder_is_frozen_under_its_card(session: Session, now: datetime, tmp_path: Path) -> None:
    folder = make_folder(
        tmp_path, {"set.yaml": CARD.encode(), "prompts.jsonl": lines(bare("a"), bare("b"))}
    )

    first = freeze_folder(folder, session=session, actor=ACTOR, now=now)
    second = freeze_folder(folder, session=session, actor=ACTOR, now=now)

    assert (first.version.name, first.version.title) == ("rivers@1", "Questions about rivers")
    assert first.version.card["authors"] == ["A. Writer"]
    assert (first.is_new, second.is_new) == (True, False)


def test_a_folder_without_a_card_is_frozen_under_its_own_name(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path / "rivers", {"prompts.jsonl": lines(row())})
    options = ReadingOptions(RowDefaults(source_kind=SourceKind.PUBLIC))

    frozen = freeze_folder(folder, session=session, actor=ACTOR, now=now, options=options)

    assert (frozen.version.name, frozen.version.title, frozen.version.card) == (
        "rivers@1",
        "rivers",
        {},
    )


def test_a_folder_with_a_bad_row_is_not_frozen(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path / "rivers", {"prompts.jsonl": lines(row(), row(language="x"), 3)})

    with pytest.raises(BadInput) as caught:
        freeze_folder(folder, session=session, actor=ACTOR, now=now)

    assert [problem.where for problem in caught.value.problems] == [
        "prompts.jsonl 2",
        "prompts.jsonl 3",
    ]
    assert session.exec(select(PromptSet)).all() == []


@pytest.mark.parametrize("folder", sorted(SHIPPED.glob("*/")), ids=lambda path: path.name)
def test_every_shipped_folder_freezes(session: Session, now: datetime, folder: Path) -> None:
    frozen = freeze_folder(folder, session=session, actor=ACTOR, now=now)

    assert frozen.version.slug == folder.name
    assert frozen.version.n_prompts >= 10


def test_the_format_is_refused_before_the_file_is_read(tmp_path: Path) -> None:
    path = make_folder(tmp_path, {"a.bin": b""}) / "a.bin"
    os.truncate(path, MAX_FILE_BYTES + 1)

    with pytest.raises(BadInput, match=r"'a\.bin': is none of the formats read here"):
        read_path(path, options=OPTIONS)


def test_a_file_within_a_folder_whose_name_is_not_utf8_is_refused(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, {"data/good.jsonl": lines(row())})
    (folder / "data" / "b\udcff.jsonl").write_bytes(lines(row(id="b")))

    with pytest.raises(BadInput, match="is not a name in UTF-8"):
        read_path(folder, options=OPTIONS)


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prompts.jsonl").mkdir()

    with pytest.raises(BadInput, match=r"prompts\.jsonl: cannot be read: Is a directory"):
        read_path(tmp_path, options=OPTIONS)
