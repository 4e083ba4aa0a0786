from dataclasses import replace

from evalhub.core.releasing.dossier.datasheet import HEADINGS, MAX_FIGURES, datasheet_text
from evalhub.core.releasing.dossier.fields import Dossier, computed, count
from evalhub.core.releasing.dossier.vocabulary import FieldName
from evalhub.core.releasing.manifest import Manifest
from tests.core.releasing.dossier.documents import make_documents


def lines_of(documents: tuple[Manifest, Dossier]) -> list[str]:
    return datasheet_text(*documents).split("\n")


def test_the_seven_headings_stand_in_order_and_hold_every_field() -> None:
    lines = lines_of(make_documents())

    found = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert found[:7] == list(HEADINGS)
    named = [name for names in HEADINGS.values() for name in names]
    assert sorted(named) == sorted(FieldName)


def test_absent_fields_say_why_and_written_ones_by_whom() -> None:
    lines = lines_of(make_documents())

    place = lines.index("### Who answers for it")
    assert lines[place + 2 : place + 5] == [
        "The \\*lab\\* office.",
        "",
        "Written by Rosa Steward, 2026-11-21 (version 2).",
    ]
    place = lines.index("### Demographics")
    assert lines[place + 2].startswith("Not known: EvalHub does not ask")


def test_text_of_people_cannot_mark_up_or_forge_a_heading() -> None:
    manifest, dossier = make_documents()
    forged = replace(
        dossier.field(FieldName.KNOWN_LIMITS), text="## Uses\n<script>\n[x](http://x.example)"
    )
    fields = tuple(forged if one.name is forged.name else one for one in dossier.fields)

    lines = lines_of((manifest, replace(dossier, fields=fields)))

    assert lines[0] == "# Datasheet of A \\<b\\>project\\</b\\>, 1.2.0"
    assert lines.count("## Uses") == 1
    assert "\\#\\# Uses" in lines
    assert "\\<script\\>" in lines
    assert "\\[x\\](http://x.example)" in lines


def test_tables_are_listed_with_their_rows() -> None:
    lines = lines_of(make_documents())

    assert any(line.startswith("- `pairs` (train 4): pairs on which") for line in lines)
    assert not any(line.startswith("- `verl`") for line in lines)


def test_long_fields_end_with_how_many_more_there_are() -> None:
    manifest, dossier = make_documents()
    long = computed(FieldName.QUANTITY, "M.", [count(f"c{n}", n) for n in range(MAX_FIGURES + 3)])
    fields = tuple(long if one.name is long.name else one for one in dossier.fields)

    lines = lines_of((manifest, replace(dossier, fields=fields)))

    assert "- 3 more in `dossier.json`" in lines


def test_simulated_data_say_so_at_the_top() -> None:
    assert lines_of(make_documents(simulated=True))[2].startswith("> **Simulated.**")
    assert not lines_of(make_documents())[2].startswith(">")


def test_rows_for_a_summary_stand_in_a_table() -> None:
    lines = lines_of(make_documents())

    assert "| Languages | en-GB, de |" in lines
    assert all(line.count("|") - line.count("\\|") == 3 for line in lines if line.startswith("| "))
