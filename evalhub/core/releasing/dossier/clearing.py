"""Say in a dossier what consent, licences and the scan for personal data came to."""

from collections.abc import Iterator

from evalhub.core.releasing.clearance import Clearance
from evalhub.core.releasing.dossier.fields import (
    DossierField,
    Figure,
    absent,
    computed,
    count,
    words,
)
from evalhub.core.releasing.dossier.vocabulary import FieldName
from evalhub.core.releasing.manifest import Manifest

NO_CONSENT = (
    "No consent by purpose is recorded for these judgments. The terms of the project stand with "
    "its administrators."
)
NO_SCAN = "Texts were not searched for personal data when this release was built."


def scan_words(manifest: Manifest) -> str:
    """Return what was searched for personal data, and with what."""
    if manifest.clearance is None:
        return NO_SCAN
    scan = manifest.clearance.scan
    libraries = ", ".join(scan.libraries)
    return (
        f"Prompts, responses and reasons were searched when the release was built ({libraries}). "
        f"{scan.method}"
    )


def scan_figures(manifest: Manifest) -> Iterator[Figure]:
    """Yield what the scan of the build found, if there was one."""
    if manifest.clearance is not None:
        scan = manifest.clearance.scan
        yield count("Texts searched at the build", scan.n_texts)
        for one in scan.counts:
            name = f"Found: {one.kind}, in a {one.place}"
            yield count(name, one.n_hits, n=scan.n_texts)


def consent_field(manifest: Manifest) -> DossierField:
    """Return the field that says for how many judgments there is a consent."""
    if manifest.clearance is None:
        return absent(FieldName.CONSENT, NO_CONSENT)
    consent = manifest.clearance.consent
    versions = ", ".join(str(number) for number in consent.text_versions) or "none"
    return computed(
        FieldName.CONSENT,
        "Answers of the experts in force when the release was built, counted in judgments. n "
        "counts those that came to the gate of consent, and for each purpose those released.",
        [
            words("Purpose of the release", consent.purpose.value),
            words("Versions of the text that were answered", versions),
            count("Granted", consent.n_granted, n=consent.n_judgments),
            count("Never answered", consent.n_unanswered, n=consent.n_judgments),
            count("Refused, left out", consent.n_refused, n=consent.n_judgments),
            count("Withdrawn, left out", consent.n_withdrawn, n=consent.n_judgments),
            count("Experts who withdrew", len(consent.withdrawn)),
            *(
                count(
                    f"Released with a consent for {one.purpose}", one.n_granted, n=one.n_judgments
                )
                for one in consent.coverage
            ),
            *_settled(manifest.clearance),
        ],
    )


def _settled(clearance: Clearance) -> Iterator[Figure]:
    """Yield what each gate held back, and the reason that let it through."""
    for one in clearance.decisions:
        if one.n_held:
            reason = f": {one.reason}" if one.reason else ""
            yield words(f"Gate {one.gate}", f"{one.n_held} judgments, {one.action}{reason}")
