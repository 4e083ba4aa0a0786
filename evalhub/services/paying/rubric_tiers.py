"""Say which tier of pay a rubric and a project's requirement make of work under them."""

from pydantic import BaseModel

from evalhub.core.pay.tiers import PayTier, least_tier, stricter
from evalhub.core.qualifying.requirements import NO_REQUIREMENT, Requirement
from evalhub.db.models import RubricVersion


class _Rater(BaseModel):
    """Hold what a rubric asks of those who judge under it, as far as pay goes by it."""

    credential_any: tuple[str, ...] = ()
    credential_verified: bool = False


class _Demands(BaseModel):
    """Hold the part of a rubric's document that says whom it is for."""

    rater: _Rater = _Rater()


def least_tier_of(rubric: RubricVersion, requirement: Requirement = NO_REQUIREMENT) -> PayTier:
    """Return the lowest tier of pay that a rubric version and a project's requirement allow.

    The stricter of both: a project that asks for physicians under a rubric for everybody is
    physicians' work. Every credential that a project asks for is a verified one, also where it is
    asked of some prompts alone: who is given those is paid as what they are given them for.
    """
    rater = _Demands.model_validate_json(rubric.document).rater
    by_rubric = least_tier(
        rubric.domain,
        credentials=bool(rater.credential_any),
        is_verified=rater.credential_verified,
    )
    asks_credential = (
        requirement.asks_credential
        or requirement.matches_jurisdiction
        or requirement.matches_specialty
    )
    by_project = least_tier(requirement.domain, credentials=asks_credential, is_verified=True)
    return stricter(by_rubric, by_project)
