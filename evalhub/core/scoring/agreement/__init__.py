"""State how far annotators agree: one statistic a file, each with tie rule, n and interval.

``agreement_report`` reads judgments; ``estimate`` works on any ratings. The formulas and the
choices between readings of them are in ``docs/methods/agreement.md``.
"""

from evalhub.core.scoring.agreement.cohen import Cohen
from evalhub.core.scoring.agreement.estimate import Agreement, estimate, value_of
from evalhub.core.scoring.agreement.fleiss import Fleiss
from evalhub.core.scoring.agreement.gwet import Gwet
from evalhub.core.scoring.agreement.krippendorff import NominalAlpha, OrdinalAlpha
from evalhub.core.scoring.agreement.percent import Percent
from evalhub.core.scoring.agreement.ratings import GivenAnswer, Ratings, ratings_of
from evalhub.core.scoring.agreement.report import (
    RubricAgreement,
    SubjectAgreement,
    agreement_report,
)
from evalhub.core.scoring.agreement.subjects import SubjectKind
from evalhub.core.scoring.agreement.vocabulary import Statistic, TieRule

__all__ = [
    "Agreement",
    "Cohen",
    "Fleiss",
    "GivenAnswer",
    "Gwet",
    "NominalAlpha",
    "OrdinalAlpha",
    "Percent",
    "Ratings",
    "RubricAgreement",
    "Statistic",
    "SubjectAgreement",
    "SubjectKind",
    "TieRule",
    "agreement_report",
    "estimate",
    "ratings_of",
    "value_of",
]
