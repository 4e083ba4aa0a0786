"""Audit judges that are models; none of them ever enters a board or a release by default."""

from evalhub.core.scoring.judges.experts import ExpertComparison, JudgeFigure
from evalhub.core.scoring.judges.flips import OrderFlips
from evalhub.core.scoring.judges.length import LengthEffect, PairFacts
from evalhub.core.scoring.judges.report import JudgeAudit, audit_judges

__all__ = [
    "ExpertComparison",
    "JudgeAudit",
    "JudgeFigure",
    "LengthEffect",
    "OrderFlips",
    "PairFacts",
    "audit_judges",
]
