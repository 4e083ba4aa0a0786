from dataclasses import replace

from evalhub.core.releasing.dossier.fields import Dossier, DossierField, Figure, Unit, count
from evalhub.core.releasing.dossier.vocabulary import FieldName, Section
from evalhub.web.dossier_view import SHOWN_AT_ONCE, FieldView, sections_of
from tests.core.releasing.dossier.documents import make_documents


def view_of(name: FieldName, dossier: Dossier) -> FieldView:
    views = [view for section in sections_of(dossier) for view in section.fields]
    return next(view for view in views if view.field.name is name)


def with_figures(name: FieldName, *figures: Figure, text: str = "") -> Dossier:
    dossier = make_documents()[1]

    def changed(field: DossierField) -> DossierField:
        return replace(field, figures=figures, text=text) if field.name is name else field

    return replace(dossier, fields=tuple(changed(field) for field in dossier.fields))


def test_sections_hold_every_field_once_in_the_order_of_reading() -> None:
    dossier = make_documents()[1]

    sections = sections_of(dossier)

    assert [section.title for section in sections] == [section.value for section in Section]
    assert len({section.anchor for section in sections}) == len(sections)
    shown = [view.field.name for section in sections for view in section.fields]
    assert sorted(shown) == sorted(FieldName)


def test_a_table_has_only_the_columns_that_say_something() -> None:
    bare = view_of(FieldName.QUANTITY, with_figures(FieldName.QUANTITY, count("a", 1)))
    full = view_of(
        FieldName.QUANTITY,
        with_figures(
            FieldName.QUANTITY,
            Figure("a", Unit.SHARE, 0.5, n=0, low=0.1, high=0.9, p=0.2, reason="Few."),
        ),
    )

    assert (bare.has_interval, bare.has_p, bare.has_n, bare.has_note) == (False,) * 4
    assert (full.has_interval, full.has_p, full.has_n, full.has_note) == (True,) * 4
    assert full.rows[0].interval == "10.0% to 90.0%"


def test_many_figures_are_kept_for_those_who_ask() -> None:
    figures = [count(f"c{n}", n) for n in range(SHOWN_AT_ONCE + 3)]

    view = view_of(FieldName.QUANTITY, with_figures(FieldName.QUANTITY, *figures))

    assert len(view.rows) == SHOWN_AT_ONCE
    assert [row.name for row in view.more] == ["c12", "c13", "c14"]


def test_steps_are_a_list_and_the_rest_paragraphs() -> None:
    text = "First.\n- one\n- two\n\nLast."

    view = view_of(FieldName.MITIGATION_STEPS, with_figures(FieldName.MITIGATION_STEPS, text=text))

    assert view.paragraphs == ("First.", "Last.")
    assert view.steps == ("one", "two")
