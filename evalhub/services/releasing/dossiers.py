"""Read the dossier of a release that was kept."""

from evalhub.core.releasing.dossier.fields import Dossier
from evalhub.core.releasing.dossier.vocabulary import DOSSIER
from evalhub.services.releasing.kept import FoundRelease, get_file
from evalhub.services.releasing.reading import read_dossier


def find_dossier(release: FoundRelease) -> Dossier | None:
    """Return the dossier of a release; None where it was built before there were any.

    Raise ``Conflict`` where the file is not the one that was built: an auditor must not read
    another text under a hash that somebody signed.
    """
    if DOSSIER not in {file.path for file in release.manifest.files}:
        return None
    with get_file(release, DOSSIER).open() as file:
        return read_dossier(file.read())
