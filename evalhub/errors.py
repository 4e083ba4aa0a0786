"""Every error that EvalHub raises on purpose, as one tree without HTTP words.

    EvalHubError
    ├── BadInput             the caller sent something that breaks a rule; nothing was changed
    │   └── NotCleared       judgments that nobody has settled would go into a release
    ├── NotFound             the thing named does not exist, or not for this caller
    ├── Withdrawn            the thing named was taken back; carries why
    ├── NotSignedIn          the caller has not shown who they are
    ├── Forbidden            the caller is known and may not do this
    ├── Conflict             the request is sound but the state does not allow it
    │   ├── Immutable        a frozen or used version would be changed
    │   ├── LeaseLost        the assignment has expired or was given up
    │   ├── StaleForm        the form was filled in over a version that is no longer in force
    │   └── StaleDraft       a newer draft than the one the form was filled in over is kept
    ├── TooManyAttempts      a limit on tries was reached; carries when to try again
    ├── SettingsError        a setting is missing or unsafe; refuse to start
    ├── StorageAway          the storage of releases does not answer, or refuses
    ├── BuildProcessLost     a process that had a part in a build is gone; nothing was kept
    ├── ClusterError         the machines that share a build do not answer, or do not fit together
    ├── IntegrityError       stored evidence does not match its hash
    ├── EstimationError      a number cannot be computed honestly
    │   ├── TooFewClusters   too few clusters for an interval; carries the count
    │   └── NotConverged     the optimiser stopped short; carries the gradient
    ├── EndpointError        a model endpoint failed; see ``evalhub.endpoints``
    └── ClientError          a server of EvalHub refused or did not answer; see ``evalhub.client``

Pages and API map each class to a status in one table (``evalhub/rim/failures.py``);
commands print the message and exit with status 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self


class Sentence(str):
    """Be a text that people read, and remember what it was made from.

    ``Sentence("%(name)s is taken", name="law")`` is its English text wherever a text is expected.
    A page takes ``template`` and ``values`` apart again to say the same in another language,
    which it could not do with the finished sentence. Whole numbers get their thousands set apart.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Put ``values`` into ``template``, which names their places as ``%(name)s``."""
        said = super().__new__(cls, template % _written(values) if values else template)
        said.template, said.values = template, values
        return said


def _written(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: f"{one:,}" if isinstance(one, int) and not isinstance(one, bool) else one
        for name, one in values.items()
    }


class EvalHubError(Exception):
    """Stand at the root of the tree; ``str(error)`` is fit to show to the person who asked."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the error as it is: Python's own way would call a class with its message alone.

        Errors come back from other processes, where most classes take more than a message.
        """
        return _restored, (type(self), self.args, self.__dict__)

    @property
    def message(self) -> str:
        """Return what ``str`` gives, as the ``Sentence`` it was made from where it was one."""
        first = self.args[0] if self.args else ""
        return first if isinstance(first, Sentence) else str(self)


def _restored(
    kind: type[EvalHubError], args: tuple[object, ...], state: Mapping[str, object]
) -> EvalHubError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


@dataclass(frozen=True, slots=True)
class Problem:
    """Name one broken rule and the place where it was broken.

    ``where`` is a readable place such as ``prompts.jsonl line 12, field 'language'``.
    """

    where: str
    rule: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}" if self.where else self.rule


class BadInput(EvalHubError):
    """Report input that breaks one or more rules, each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def at(cls, where: str, rule: str) -> "BadInput":
        """Build the error for a single broken rule."""
        return cls([Problem(where, rule)])


class NotCleared(BadInput):
    """Report judgments without consent, licence or privacy that the recipe does not settle."""


class NotFound(EvalHubError):
    """Report that the thing named does not exist, or not for this caller."""


class Withdrawn(EvalHubError):
    """Report that the thing named was there and was taken back for a stated reason."""


class NotSignedIn(EvalHubError):
    """Report that the caller has not shown who they are."""


class Forbidden(EvalHubError):
    """Report that the caller is known and may not do this."""


class Conflict(EvalHubError):
    """Report a sound request that the present state does not allow."""


class Immutable(Conflict):
    """Report an attempt to change a version that is frozen or in use."""


class LeaseLost(Conflict):
    """Report that an assignment has expired, was given up, or is already judged."""


class StaleForm(Conflict):
    """Report a form that was filled in over a version that is no longer in force."""


class StaleDraft(Conflict):
    """Report that a newer draft is kept than the one the form was filled in over."""


class TooManyAttempts(EvalHubError):
    """Report that a limit on tries was reached."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class SettingsError(EvalHubError):
    """Report a setting that is missing or unsafe; the program refuses to start."""


class StorageAway(EvalHubError):
    """Report that the storage of releases does not answer, or refuses; nothing was changed."""


class ClusterError(EvalHubError):
    """Report that the machines of a build do not answer, or do not fit together; none was kept."""


class BuildProcessLost(EvalHubError):
    """Report that a process which had a part in a build is gone; nothing was kept."""


class IntegrityError(EvalHubError):
    """Report stored evidence that does not match its hash."""


class EstimationError(EvalHubError):
    """Report a number that cannot be computed honestly from the data at hand."""


class TooFewClusters(EstimationError):
    """Report that an interval would rest on too few clusters."""

    def __init__(self, n_clusters: int, *, minimum: int) -> None:
        self.n_clusters = n_clusters
        self.minimum = minimum
        super().__init__(f"An interval needs at least {minimum} clusters; there are {n_clusters}.")


class NotConverged(EstimationError):
    """Report that an optimiser stopped before its tolerance was met."""

    def __init__(self, message: str, *, gradient: float, n_iterations: int) -> None:
        self.gradient = gradient
        self.n_iterations = n_iterations
        super().__init__(message)


class EndpointError(EvalHubError):
    """Report that a model endpoint failed; subclasses live in ``evalhub.endpoints``."""


class ClientError(EvalHubError):
    """Report what a program met at a server of EvalHub; subclasses live in ``evalhub.client``."""
