import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.canonical import sha256_hex
from evalhub.core.releasing.dossier.datasheet import datasheet_text
from evalhub.core.releasing.dossier.fields import dossier_text
from evalhub.errors import NotFound
from evalhub.services.releasing.reading import read_dossier, read_manifest
from evalhub.services.releasing.verifying import MAX_PROBLEMS, verify_release
from tests.releases import build_tiny
from tests.services.releasing.conftest import BuiltFiles

Edit = Callable[[Path], object]


def problems_of(folder: Path) -> list[str]:
    return [str(problem) for problem in verify_release(folder).problems]


def seal(folder: Path) -> None:
    """Make manifest and checksums agree with changed files, as a careful forger would."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for file in manifest["files"]:
        content = (folder / file["path"]).read_bytes()
        file |= {"sha256": sha256_hex(content), "n_bytes": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    paths = sorted({file["path"] for file in manifest["files"]} | {"manifest.json"})
    lines = [f"{sha256_hex((folder / path).read_bytes())}  {path}\n" for path in paths]
    (folder / "SHA256SUMS").write_text("".join(lines))


def edit_manifest(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))
    seal(folder)


def test_built_release_is_good(own_files: BuiltFiles) -> None:
    report = verify_release(own_files.folder)

    assert report.is_good
    assert report.release == "tiny@1.0.0"
    assert (report.n_files, report.n_rows) == (len(own_files.manifest.files) + 1, 110)


def test_sealing_an_unchanged_release_keeps_it_good(own_files: BuiltFiles) -> None:
    seal(own_files.folder)

    assert problems_of(own_files.folder) == []


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        pytest.param(
            lambda f: (f / "recipe.json").write_text("{}"),
            "recipe.json: does not have the hash in SHA256SUMS",
            id="changed",
        ),
        pytest.param(
            lambda f: (f / "recipe.json").unlink(),
            "recipe.json: is named in SHA256SUMS and is not there",
            id="missing",
        ),
        pytest.param(
            lambda f: (f / "more.txt").write_text("x"),
            "more.txt: is there and is not named in SHA256SUMS",
            id="extra",
        ),
        pytest.param(
            lambda f: (f / "SHA256SUMS").unlink(),
            "SHA256SUMS: is not there, and every release has one",
            id="no checksums",
        ),
        pytest.param(
            lambda f: (f / "SHA256SUMS").write_bytes(b"\xff"),
            "SHA256SUMS: cannot be read as UTF-8 text",
            id="checksums not text",
        ),
        pytest.param(
            lambda f: (f / "SHA256SUMS").write_text("x\n"),
            "SHA256SUMS line 1: is not a hash, two spaces, a path",
            id="checksums malformed",
        ),
        pytest.param(
            lambda f: (f / "manifest.json").write_text("{"),
            "manifest.json: Invalid JSON",
            id="manifest not JSON",
        ),
        pytest.param(
            lambda f: edit_manifest(f, schema="evalhub.release/9"),
            "manifest.json, field 'schema': must be 'evalhub.release/1'",
            id="other schema",
        ),
        pytest.param(
            lambda f: edit_manifest(f, counts=3),
            "manifest.json, field 'counts'",
            id="mistyped field",
        ),
        pytest.param(
            lambda f: edit_manifest(f, id="other@1.0.0"),
            "manifest.json, field 'id': must be 'tiny@1.0.0'",
            id="other id",
        ),
        pytest.param(
            lambda f: edit_manifest(f, recipe_sha256="0" * 64),
            "recipe.json: does not have the hash in manifest.json",
            id="other recipe",
        ),
    ],
)
def test_damage_is_named(own_files: BuiltFiles, edit: Edit, problem: str) -> None:
    edit(own_files.folder)

    assert any(found.startswith(problem) for found in problems_of(own_files.folder))


def test_link_in_place_of_a_file_is_a_problem(own_files: BuiltFiles, tmp_path: Path) -> None:
    path = own_files.folder / "recipe.json"
    shutil.move(path, tmp_path / "kept.json")
    path.symlink_to(tmp_path / "kept.json")

    assert problems_of(own_files.folder) == [
        "recipe.json: is a link, and a release holds files alone"
    ]


def test_link_to_a_folder_beside_the_files_is_a_problem(
    own_files: BuiltFiles, tmp_path: Path
) -> None:
    (own_files.folder / "more").symlink_to(tmp_path)

    assert problems_of(own_files.folder) == ["more: is there and is not named in SHA256SUMS"]


@pytest.mark.parametrize("name", ["trl", "pairs_margin", "kto", "nemo_rl", "arena"])
def test_table_that_was_taken_out_with_care_is_missed(own_files: BuiltFiles, name: str) -> None:
    manifest = json.loads((own_files.folder / "manifest.json").read_bytes())
    kept = [file for file in manifest["files"] if not file["path"].startswith(f"{name}/")]
    del manifest["counts"]["rows"][name]
    edit_manifest(own_files.folder, files=kept, counts=manifest["counts"])
    shutil.rmtree(own_files.folder / name)
    seal(own_files.folder)

    found = problems_of(own_files.folder)

    assert f"{name}/train does not say what its canonical table says" in found


@pytest.mark.parametrize("recipe", ["no JSON", "[]", '{"flavours": 3}'])
def test_recipe_that_is_none_is_a_problem_and_no_crash(own_files: BuiltFiles, recipe: str) -> None:
    (own_files.folder / "recipe.json").write_text(recipe, "utf-8")
    edit_manifest(own_files.folder, recipe_sha256=sha256_hex(recipe))

    assert [found.partition(":")[0] for found in problems_of(own_files.folder)] == ["recipe.json"]


def test_manifest_that_lists_another_hash_is_a_problem(own_files: BuiltFiles) -> None:
    path = own_files.folder / "manifest.json"
    text = path.read_text("utf-8").replace(own_files.manifest.files[0].sha256, "0" * 64)
    sums = (own_files.folder / "SHA256SUMS").read_text("ascii")
    old = sha256_hex(path.read_bytes())
    path.write_text(text)
    (own_files.folder / "SHA256SUMS").write_text(sums.replace(old, sha256_hex(text)))

    first = own_files.manifest.files[0].path
    assert f"manifest.json, file {first!r}: is not as in SHA256SUMS" in problems_of(
        own_files.folder
    )


def test_rows_that_contradict_the_files_are_a_problem(own_files: BuiltFiles) -> None:
    counts = json.loads((own_files.folder / "manifest.json").read_bytes())["counts"]
    edit_manifest(own_files.folder, counts=counts | {"rows": {}})

    assert problems_of(own_files.folder) == [
        "manifest.json, field 'counts.rows': does not hold the rows of the listed files"
    ]


@pytest.mark.parametrize(
    ("name", "part"),
    [("n_judgments", "judgments"), ("n_prompts", "prompts"), ("preference", "pairs")],
)
def test_count_that_the_rows_contradict_is_a_problem(
    own_files: BuiltFiles, name: str, part: str
) -> None:
    counts = json.loads((own_files.folder / "manifest.json").read_bytes())["counts"]
    (counts if name in counts else counts["pairs"])[name] = 9999
    edit_manifest(own_files.folder, counts=counts)

    (found,) = problems_of(own_files.folder)

    assert f"{name}': is 9999, and {part} has " in found


def rewrite(folder: Path, path: str, change: Callable[[pa.Table], pa.Table]) -> None:
    table = change(pq.read_table(folder / path))
    pq.write_table(table, folder / path)
    lines = "".join(json.dumps(row) + "\n" for row in table.to_pylist())
    (folder / path).with_suffix(".jsonl").write_text(lines)
    seal(folder)


def test_another_type_is_found_even_under_right_hashes(own_files: BuiltFiles) -> None:
    rewrite(
        own_files.folder, "pairs/train.parquet", lambda table: table.drop_columns(["soft_label"])
    )

    assert problems_of(own_files.folder) == [
        "pairs/train.parquet: the schema is not that of the table pairs"
    ]


def test_lost_rows_are_found(own_files: BuiltFiles) -> None:
    rewrite(own_files.folder, "pairs/train.parquet", lambda table: table.slice(1))

    assert problems_of(own_files.folder) == ["pairs/train.parquet: has 1 rows, not 2"]


def test_tie_smuggled_into_the_pairs_is_found(own_files: BuiltFiles) -> None:
    def make_tie(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index("rejected")
        return table.set_column(place, table.schema.field("rejected"), table["chosen"])

    rewrite(own_files.folder, "pairs/train.parquet", make_tie)

    assert "pairs/train, row 1: chosen and rejected are the same" in problems_of(own_files.folder)


def test_column_that_may_be_null_is_found(own_files: BuiltFiles) -> None:
    def loosen(table: pa.Table) -> pa.Table:
        return table.cast(pa.schema([field.with_nullable(True) for field in table.schema]))

    rewrite(own_files.folder, "pairs/train.parquet", loosen)

    assert problems_of(own_files.folder) == [
        "pairs/train.parquet: the schema is not that of the table pairs"
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda text: text.replace("tiny", "puny", 1), "row 1: differs between"),
        (lambda text: text.split("\n", 1)[1], "row 1: differs between"),
        (lambda text: text + text, ".jsonl: has more rows than the Parquet file"),
        (lambda text: "{" + text, "pairs/train.jsonl line 1: cannot be read"),
    ],
    ids=["changed", "fewer", "more", "no JSON"],
)
def test_json_lines_that_differ_are_found(
    own_files: BuiltFiles, change: Callable[[str], str], problem: str
) -> None:
    path = own_files.folder / "pairs" / "train.jsonl"
    path.write_text(change(path.read_text("utf-8")))
    seal(own_files.folder)

    assert any(problem in found for found in problems_of(own_files.folder))


def test_corrupt_parquet_is_a_problem_and_no_crash(own_files: BuiltFiles) -> None:
    path = own_files.folder / "pairs" / "train.parquet"
    content = bytearray(path.read_bytes())
    content[4:400] = b"\0" * 396
    path.write_bytes(content)
    seal(own_files.folder)

    assert any(
        "pairs/train.parquet: cannot be read" in found for found in problems_of(own_files.folder)
    )


def test_table_without_one_of_its_formats_is_found(own_files: BuiltFiles) -> None:
    manifest = json.loads((own_files.folder / "manifest.json").read_bytes())
    files = [file for file in manifest["files"] if file["path"] != "pairs/train.jsonl"]
    (own_files.folder / "pairs" / "train.jsonl").unlink()
    edit_manifest(own_files.folder, files=files)

    rule = "has not the same files in both formats for split train"
    assert f"manifest.json, table pairs: {rule}" in problems_of(own_files.folder)


def test_problems_are_bounded(own_files: BuiltFiles) -> None:
    rewrite(
        own_files.folder,
        "judgments/train.parquet",
        lambda table: pa.concat_tables([table] + [table.slice(0, 0)] * 2),
    )
    for number in range(MAX_PROBLEMS + 5):
        (own_files.folder / f"extra-{number}.txt").write_text("x")

    assert len(problems_of(own_files.folder)) == MAX_PROBLEMS


def test_no_folder_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no folder"):
        verify_release(tmp_path / "nothing")


def edit_document(folder: Path, path: str, change: Callable[[str], str]) -> None:
    (folder / path).write_text(change((folder / path).read_text("utf-8")), "utf-8")
    seal(folder)


def take_out(folder: Path, *paths: str) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    files = [file for file in manifest["files"] if file["path"] not in paths]
    for path in paths:
        (folder / path).unlink()
    edit_manifest(folder, files=files)


@pytest.mark.parametrize(
    ("path", "change", "problem"),
    [
        ("dossier.json", lambda _: "{}", "dossier.json: field 'schema'"),
        (
            "dossier.json",
            lambda text: text.replace("evalhub.dossier/1", "evalhub.dossier/9"),
            "dossier.json: field 'schema': must be 'evalhub.dossier/1'",
        ),
        (
            "dossier.json",
            lambda text: text.replace('"version": "1.0.0"', '"version": "1.0.1"'),
            "dossier.json: is of tiny@1.0.1, not of tiny@1.0.0",
        ),
        (
            "dossier.json",
            lambda text: text.replace('"simulated": false', '"simulated": true'),
            "dossier.json: does not say of simulation what the manifest says",
        ),
        (
            "dossier.json",
            lambda text: text.replace('"name": "demographics"', '"name": "consent"'),
            "dossier.json: has the field consent 2 times",
        ),
        (
            "dossier.json",
            lambda text: text.replace('"reason": "EvalHub does not ask', '"reason": "", "x": "'),
            "dossier.json: field demographics is absent and does not say how or why",
        ),
        (
            "dossier.json",
            lambda text: text.replace(
                '"origin": "absent",\n      "text": ""', '"origin": "written",\n      "text": ""'
            ),
            "dossier.json: field steward is written and does not say how or why",
        ),
        ("croissant.json", lambda _: "[]", "croissant.json: cannot be read: Input should be"),
        (
            "croissant.json",
            lambda _: '{"distribution": 3}',
            "croissant.json: cannot be read: field 'distribution': Input should be",
        ),
        (
            "llamafactory/dataset_info.json",
            lambda text: text.replace("sharegpt", "alpaca"),
            "llamafactory/dataset_info.json: does not describe the files of manifest.json",
        ),
        (
            "croissant.json",
            lambda text: text.replace('"contentUrl": "pairs/train.jsonl"', '"contentUrl": "x"'),
            "croissant.json: does not describe pairs/train.jsonl as the manifest does",
        ),
        (
            "croissant.json",
            lambda text: text.replace('"column": "soft_label"', '"column": "no_label"'),
            "croissant.json: record set pairs/train reads no_label of pairs/train.parquet",
        ),
        (
            "croissant.json",
            lambda text: text.replace('"@id": "ties/train",', '"@id": "odd/train",'),
            "croissant.json: record set odd/train reads pair_id of ties/train.parquet",
        ),
        (
            "DATASHEET.md",
            lambda text: text.replace("## Maintenance", "## Keeping"),
            "DATASHEET.md: has no heading 'Maintenance'",
        ),
    ],
    ids=[
        "no dossier",
        "another schema",
        "of another release",
        "simulation hidden",
        "a field for another",
        "a reason taken out",
        "nobody wrote it",
        "no description",
        "a description of another kind",
        "another kind of rows",
        "a file not described",
        "a column that is not there",
        "a table that is not there",
        "a heading taken out",
    ],
)
def test_documents_that_speak_of_something_else_are_found(
    own_files: BuiltFiles, path: str, change: Callable[[str], str], problem: str
) -> None:
    edit_document(own_files.folder, path, change)

    found = problems_of(own_files.folder)

    assert any(one.startswith(problem) for one in found), found


def test_a_table_with_another_hash_is_told_once(own_files: BuiltFiles) -> None:
    (table,) = (one for one in own_files.manifest.files if one.path == "pairs/train.jsonl")
    edit_document(
        own_files.folder, "croissant.json", lambda text: text.replace(table.sha256, "0" * 64)
    )

    assert problems_of(own_files.folder) == [
        "croissant.json: does not describe pairs/train.jsonl as the manifest does"
    ]


def test_a_rubric_that_is_not_the_one_judged_by_is_found(own_files: BuiltFiles) -> None:
    rubric = own_files.manifest.inputs.rubrics[0]
    edit_document(own_files.folder, rubric.path, lambda text: text + " ")

    assert problems_of(own_files.folder) == [
        f"{rubric.path}: is not the rubric {rubric.id} {rubric.version} of manifest.json"
    ]


def test_a_datasheet_that_is_no_text_is_a_problem_and_no_crash(own_files: BuiltFiles) -> None:
    (own_files.folder / "DATASHEET.md").write_bytes(b"\xff\xfe")
    seal(own_files.folder)

    assert [one.partition(":")[0] for one in problems_of(own_files.folder)] == ["DATASHEET.md"]


def test_a_document_that_was_taken_out_alone_is_missed(own_files: BuiltFiles) -> None:
    take_out(own_files.folder, "DATASHEET.md")

    assert problems_of(own_files.folder) == [
        "DATASHEET.md: is not there, and the other documents are"
    ]


def test_a_release_from_before_there_were_documents_is_as_good_as_it_was(
    own_files: BuiltFiles,
) -> None:
    take_out(own_files.folder, "DATASHEET.md", "dossier.json", "croissant.json")

    assert problems_of(own_files.folder) == []


NEVER = "999,999"


@pytest.mark.parametrize(
    ("path", "before", "after", "problem"),
    [
        ("README.md", "| train | ", f"| train | {NEVER}", "README.md: line "),
        ("README.md", " judgments by ", f" judgments and {NEVER} by ", "README.md: line "),
        ("README.md", "n<1K", "1M<n<10M", "README.md: head, 'size_categories': is not that of"),
        ("README.md", "---\n", "---\n: {\n", "README.md: has a head that cannot be read"),
        ("README.md", "---\n", "--\n", "README.md: has no head that loaders could read"),
        ("DATASHEET.md", ", n ", f", n {NEVER}", "DATASHEET.md: line "),
        ("DATASHEET.md", "(train ", f"(train {NEVER}", "DATASHEET.md: line "),
    ],
    ids=["rows", "in other words", "size", "broken head", "no head", "figure", "rows of a table"],
)
def test_a_rewritten_number_of_a_card_or_datasheet_is_found(
    own_files: BuiltFiles, path: str, before: str, after: str, problem: str
) -> None:
    assert before in (own_files.folder / path).read_text("utf-8")
    edit_document(own_files.folder, path, lambda text: text.replace(before, after, 1))

    found = problems_of(own_files.folder)

    assert any(one.startswith(problem) for one in found), found


def test_the_number_is_named_with_the_one_it_should_be(own_files: BuiltFiles) -> None:
    n = own_files.manifest.counts.n_judgments
    edit_document(
        own_files.folder,
        "README.md",
        lambda text: text.replace(f"\n{n} judgments by", "\n7,000 judgments by"),
    )

    (found,) = problems_of(own_files.folder)

    assert f"says 7,000, not {n}: '7,000 judgments by" in found


def test_a_card_in_older_words_is_as_good_as_it_was(own_files: BuiltFiles) -> None:
    edit_document(
        own_files.folder,
        "README.md",
        lambda text: text.replace(" judgments by ", " answers of ").replace("max_length=4096", ""),
    )

    assert problems_of(own_files.folder) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["README.md", "DATASHEET.md"])
def test_a_simulated_release_must_say_so(
    session: Session, settings: Settings, now: datetime, path: str
) -> None:
    folder = build_tiny(session, settings, now=now, is_simulated=True).folder
    assert problems_of(folder) == []

    edit_document(folder, path, lambda text: text.replace("> **Simulated.**", "> **Real.**"))

    assert problems_of(folder) == [f"{path}: does not say that the release is simulated"]


def edit_figure(folder: Path, field_name: str, figure_name: str, **changes: object) -> None:
    """Change a figure of the dossier as its datasheet would then say it, too."""
    dossier = read_dossier((folder / "dossier.json").read_bytes())
    fields = tuple(
        replace(
            field,
            figures=tuple(
                replace(one, **changes) if one.name == figure_name else one  # type: ignore[arg-type]
                for one in field.figures
            ),
        )
        if field.name == field_name
        else field
        for field in dossier.fields
    )
    changed = replace(dossier, fields=fields)
    manifest = read_manifest((folder / "manifest.json").read_bytes())
    (folder / "dossier.json").write_text(dossier_text(changed), "utf-8")
    (folder / "DATASHEET.md").write_text(datasheet_text(manifest, changed), "utf-8")
    seal(folder)


@pytest.mark.parametrize(
    ("field_name", "figure_name"),
    [
        ("identity", "Judgments, SHA-256"),
        ("experts", "Experts"),
        ("collection", "Could not judge"),
        ("consent", "Granted"),
        ("filters", "evenly_split, pairs"),
    ],
)
def test_a_rewritten_figure_of_the_dossier_is_found(
    own_files: BuiltFiles, field_name: str, figure_name: str
) -> None:
    edit_figure(own_files.folder, field_name, figure_name, value=4321)

    (found,) = problems_of(own_files.folder)

    assert found.startswith(f"dossier.json: field {field_name}, {figure_name}: says 4321")


def test_a_rewritten_row_of_the_summary_is_found(own_files: BuiltFiles) -> None:
    n = own_files.manifest.counts.n_judgments
    for path in ("dossier.json", "DATASHEET.md"):
        edit_document(own_files.folder, path, lambda text: text.replace(f"0 of {n}", "7 of 8"))

    assert "dossier.json: training summary, Simulated judgments: says 7, not 0" in problems_of(
        own_files.folder
    )


@pytest.mark.parametrize(
    ("name", "n"), [("n_annotators", 700), ("n_cannot_judge", 7), ("n_simulated_judgments", 7)]
)
def test_a_count_that_the_rows_contradict_is_found(
    own_files: BuiltFiles, name: str, n: int
) -> None:
    manifest = json.loads((own_files.folder / "manifest.json").read_bytes())
    counted = manifest["counts"][name]
    edit_manifest(own_files.folder, counts=manifest["counts"] | {name: n})

    assert problems_of(own_files.folder) == [
        f"manifest.json, field 'counts.{name}': is {n}, and the rows come to {counted}"
    ]
