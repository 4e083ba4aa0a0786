"""State under which classes of credential judgments were made, without naming few people."""

from evalhub.core.releasing.credential_classes import WITHHELD, ClassCount
from evalhub.core.releasing.dossier.fields import DossierField, absent, computed, count
from evalhub.core.releasing.dossier.vocabulary import K_LABS, K_PUBLIC, FieldName
from evalhub.core.releasing.manifest import Manifest

NO_CREDENTIALS = (
    "No released judgment was made under a credential that its project asked for, so no figure by "
    "class of credential can be stated. How experts came to be known stands under Experts."
)
METHOD = (
    "Distinct pseudonyms and judgments by the class of verified credential that let the expert in, "
    f"as held when they judged. A class that fewer than {K_LABS} experts share is withheld, and "
    "the next smallest with it while those withheld are fewer together. A copy for the public "
    f"needs {K_PUBLIC} experts in each class. n counts judgments."
)


def credentials_field(manifest: Manifest) -> DossierField:
    """Return the field of credentials."""
    classes = manifest.counts.credential_classes
    if not classes:
        return absent(FieldName.CREDENTIALS, NO_CREDENTIALS)
    named = [one for one in classes if one.n_annotators is not None]
    figures = [
        count(f"Experts, {_words(one)}", one.n_annotators or 0, n=one.n_judgments) for one in named
    ]
    too_few = sum((one.n_annotators or 0) < K_PUBLIC for one in named)
    figures.append(count(f"Classes of fewer than {K_PUBLIC} experts", too_few, n=len(named)))
    few = [one for one in classes if one.n_annotators is None]
    text = "".join(
        f"Withheld: {one.n_judgments:,} judgments by fewer than {K_LABS} experts." for one in few
    )
    return computed(FieldName.CREDENTIALS, METHOD, figures, text=text)


def _words(one: ClassCount) -> str:
    return "class withheld" if one.name == WITHHELD else f"class {one.name}"
