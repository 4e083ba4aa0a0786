from dataclasses import replace

import pytest

from evalhub.core.releasing.dossier.fields import (
    Dossier,
    DossierField,
    Figure,
    Unit,
    computed,
    count,
)
from evalhub.core.releasing.dossier.findings import findings_of
from evalhub.core.releasing.dossier.vocabulary import FieldName, FieldOrigin
from tests.core.releasing.dossier.documents import make_documents


def with_field(field: DossierField) -> Dossier:
    dossier = make_documents()[1]
    fields = tuple(field if one.name is field.name else one for one in dossier.fields)
    return replace(dossier, fields=fields)


def with_figure(name: FieldName, figure: Figure) -> Dossier:
    return with_field(computed(name, "A method.", [figure]))


@pytest.mark.parametrize(
    ("name", "figure", "is_found"),
    [
        (FieldName.LEFT_SHARE, Figure("x", Unit.SHARE, 0.6, low=0.51, high=0.7), True),
        (FieldName.LEFT_SHARE, Figure("x", Unit.SHARE, 0.6, low=0.49, high=0.7), False),
        (FieldName.LEFT_ADVANTAGE, Figure("x", Unit.LOG_ODDS, -1, low=-2, high=-0.1), True),
        (FieldName.STYLE, Figure("x", Unit.LOG_ODDS, 1, low=-0.1, high=2), False),
        (
            FieldName.PROMPT_GROUPS,
            Figure("x", Unit.DIFFERENCE, 0.1, low=0.01, high=0.2, p=0.049),
            True,
        ),
        (
            FieldName.RATER_GROUPS,
            Figure("x", Unit.DIFFERENCE, 0.1, low=0.01, high=0.2, p=0.3),
            False,
        ),
        (FieldName.ONE_SIDED_RATERS, count("leaning", 1, n=9), True),
        (FieldName.ONE_SIDED_RATERS, count("leaning", 0, n=9), False),
    ],
    ids=[
        "left",
        "left by chance",
        "pull",
        "length by chance",
        "group",
        "group by chance",
        "leaning",
        "nobody leans",
    ],
)
def test_a_finding_is_what_chance_does_not_explain(
    name: FieldName, figure: Figure, is_found: bool
) -> None:
    found = findings_of(with_figure(name, figure))

    assert [one.figure for one in found.found] == ([figure] if is_found else [])
    assert name in {field.name for field in found.examined}


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        (FieldName.LEFT_SHARE, Figure("x", Unit.SHARE, 0.6, n=3)),
        (FieldName.STYLE, Figure("x", Unit.LOG_ODDS, None, n=3)),
        (FieldName.ONE_SIDED_RATERS, count("Experts with too few preferences", 4, n=4)),
    ],
    ids=["no interval", "no value", "nobody tested"],
)
def test_what_came_to_no_result_is_not_called_examined(name: FieldName, figure: Figure) -> None:
    found = findings_of(with_figure(name, figure))

    assert name in {field.name for field in found.unexamined}
    assert found.found == ()


def test_fields_without_content_are_listed_with_their_reasons() -> None:
    dossier = make_documents()[1]

    found = findings_of(dossier)

    assert FieldName.CREDENTIALS in {field.name for field in found.unknown}
    assert FieldName.MEASURES in {field.name for field in found.unwritten}
    for field in (*found.unknown, *found.unwritten):
        assert field.origin is FieldOrigin.ABSENT
        assert field.reason
    assert found.n_written == 2
    assert found.n_computed + found.n_written + found.n_missing == len(dossier.fields)
