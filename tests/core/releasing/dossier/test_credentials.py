from dataclasses import replace

import pytest

from evalhub.core.releasing.credential_classes import WITHHELD, ClassCount
from evalhub.core.releasing.dossier.credentials import NO_CREDENTIALS, credentials_field
from evalhub.core.releasing.dossier.fields import DossierField
from evalhub.core.releasing.dossier.vocabulary import FieldOrigin
from tests.core.releasing.manifests import make_manifest


def field_of(*classes: ClassCount) -> DossierField:
    manifest = make_manifest()
    return credentials_field(
        replace(manifest, counts=replace(manifest.counts, credential_classes=classes))
    )


def test_classes_are_stated_with_their_experts_and_judgments() -> None:
    found = field_of(ClassCount("nurse", 40, 5), ClassCount("physician", 90, 12))

    assert [(one.name, one.value, one.n) for one in found.figures] == [
        ("Experts, class nurse", 5, 40),
        ("Experts, class physician", 12, 90),
        ("Classes of fewer than 10 experts", 1, 2),
    ]
    assert found.text == ""


@pytest.mark.parametrize(
    ("withheld", "figures", "text"),
    [
        (ClassCount(WITHHELD, 30, 6), ["Experts, class withheld"], ""),
        (ClassCount(WITHHELD, 30, None), [], "Withheld: 30 judgments by fewer than 5 experts."),
    ],
    ids=["enough together", "too few"],
)
def test_what_is_withheld_says_how_many_only_where_they_are_enough(
    withheld: ClassCount, figures: list[str], text: str
) -> None:
    found = field_of(withheld)

    assert [one.name for one in found.figures[:-1]] == figures
    assert found.text == text


def test_no_credential_is_a_reason_and_no_figure() -> None:
    found = field_of()

    assert (found.origin, found.reason) == (FieldOrigin.ABSENT, NO_CREDENTIALS)
