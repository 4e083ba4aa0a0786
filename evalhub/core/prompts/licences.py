"""Tell whether a licence is one that SPDX knows, a reference of one's own, or openly unknown."""

from functools import lru_cache

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from evalhub.core.prompts.vocabulary import UNKNOWN_LICENSES

RULE = (
    "must be an SPDX identifier or expression such as 'CC-BY-4.0', 'LicenseRef-NAME' for terms "
    "that SPDX does not list, or 'unknown'"
)


@lru_cache(maxsize=1024)
def is_licence(text: str) -> bool:
    """Tell whether ``text`` is an SPDX expression, in any case of letters, or says "unknown".

    A word such as "mine" reads like a licence and grants nothing that anybody could look up,
    and it would travel into every release. That nobody knows is another matter: it is a fact,
    which the report on a set counts. A file repeats few licences, so each is looked up once.
    """
    if text.lower() in UNKNOWN_LICENSES:
        return True
    try:
        canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return False
    return True
