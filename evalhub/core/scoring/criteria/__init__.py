"""Score models on each criterion of a rubric by itself, and on a weighted sum when asked.

Every criterion has a fit of its own. Nothing adds criteria up unless somebody names them:
a model that is weak on safety must not be able to hide it behind a fine style.
"""

from evalhub.core.scoring.criteria.composite import Composite, CompositeRow, fit_composite
from evalhub.core.scoring.criteria.verdicts import criterion_scores

__all__ = ["Composite", "CompositeRow", "criterion_scores", "fit_composite"]
