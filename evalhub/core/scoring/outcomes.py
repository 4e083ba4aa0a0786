"""Number the outcomes that one judgment can have.

Without grades there are three. With them a win also says by how much, 1 to 3, as the graded
preference does; a win without a grade is then one by 1 or more.
"""

from typing import Final

import numpy as np

from evalhub.core.scoring.arrays import CodeArray, FloatArray, IntArray

LEFT_LOST: Final = 0
TIED: Final = 1
LEFT_WON: Final = 2
MAX_GRADE: Final = 3
LEFT_LOST_BY: Final = 2
"""Plus the grade: 3 to 5."""
LEFT_WON_BY: Final = 5
"""Plus the grade: 6 to 8."""
N_OUTCOMES: Final = 9

SCORES: FloatArray = np.array([0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
"""The score of the left side for each outcome, a tie being half a win."""
GRADES: IntArray = np.array([0, 0, 0, 1, 2, 3, 1, 2, 3])
"""The grade of each outcome; 0 for a tie and for a win without one."""
PLAIN: IntArray = np.array([0, 1, 2, 0, 0, 0, 2, 2, 2])
"""Each outcome without its grade."""
MIRRORED: IntArray = np.array([2, 1, 0, 6, 7, 8, 3, 4, 5])
"""Each outcome as it is when the two sides change places."""


def graded(outcome: CodeArray, grade: IntArray) -> IntArray:
    """Return plain outcomes with grades put in; grade 0 leaves an outcome plain."""
    base = np.where(outcome == LEFT_WON, LEFT_WON_BY, LEFT_LOST_BY)
    return np.where((outcome == TIED) | (grade == 0), outcome, base + grade)
