"""Notice when an endpoint stops answering, and hold back what failed until it is known why."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.patience import OF_PROMPTS, Patience
from evalhub.core.pulling.specs import Question


@dataclass(frozen=True, slots=True)
class Suspect:
    """Hold a failure of which it is not known yet whether endpoint or prompt is to blame."""

    question: Question
    outcome: Outcome


class Outage:
    """Count the passing failures in a row of one endpoint.

    Below the limit of ``patience`` they are suspects. Once another question is answered they
    were the prompts' own and are stored as errors; at the limit the endpoint is down, and they
    are asked again when it is back.
    """

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.probing = asyncio.Lock()
        """Held by the one asker that may ask while the endpoint is down."""
        self._suspects: list[Suspect] = []
        self._n_asked_again: Counter[tuple[int, int]] = Counter()
        self._down_since: float | None = None
        self._n_tries = 0
        self._next_at = 0.0

    @property
    def is_down(self) -> bool:
        """Tell whether the endpoint is taken to be down."""
        return self._down_since is not None

    @property
    def is_over_patience(self) -> bool:
        """Tell whether it has been down for longer than anybody waits."""
        since = self._down_since
        return since is not None and time.monotonic() - since >= self.patience.total_s

    @property
    def wait_s(self) -> float:
        """Return the seconds until it is asked again."""
        return max(0.0, self._next_at - time.monotonic())

    def fail(self, question: Question, outcome: Outcome) -> tuple[list[Question], list[Suspect]]:
        """Note a passing failure; return what to ask again, and what to store as an error."""
        self._suspects.append(Suspect(question, outcome))
        if not self.is_down:
            if len(self._suspects) < self.patience.failures:
                return [], []
            self._down_since = time.monotonic()
            self._n_tries, self._next_at = 0, 0.0
        # What was under way when it went down says nothing new, and must not lengthen the wait.
        if self.wait_s <= 0:
            self._next_at = time.monotonic() + self.patience.wait_s(self._n_tries)
            self._n_tries += 1
        suspects = self.clear()
        spent = [suspect for suspect in suspects if self._is_spent(suspect)]
        return [one.question for one in suspects if one not in spent], spent

    def answer(self) -> list[Suspect]:
        """Note that the endpoint answers; return the failures that were the prompts' own."""
        self._down_since = None
        return self.clear()

    def clear(self) -> list[Suspect]:
        """Return the suspects and forget them."""
        suspects, self._suspects = self._suspects, []
        return suspects

    def _is_spent(self, suspect: Suspect) -> bool:
        """Count one more chance; tell whether the question has had all of them."""
        if suspect.outcome.error_kind not in OF_PROMPTS:
            return False
        asked = (suspect.question.prompt_id, suspect.question.sample_index)
        self._n_asked_again[asked] += 1
        return self._n_asked_again[asked] > self.patience.chances
