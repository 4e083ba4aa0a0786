"""List the parts of the API, for the application to take up."""

from evalhub.api import (
    agreement,
    annotators,
    applications,
    asking,
    consent,
    endpoints,
    exceptions,
    judges,
    ladder,
    matrix,
    operations,
    prompt_sets,
    pulls,
    releases,
    reports,
    reviews,
    root,
    scores,
    teams,
    trainings,
)
from evalhub.api.describing import ApiPart

APIS: tuple[ApiPart, ...] = (
    root.bp,
    scores.bp,
    agreement.bp,
    annotators.bp,
    judges.bp,
    matrix.bp,
    asking.bp,
    releases.bp,
    reports.bp,
    reviews.bp,
    endpoints.bp,
    consent.bp,
    teams.bp,
    operations.bp,
    exceptions.bp,
    trainings.bp,
    applications.bp,
    ladder.bp,
    pulls.bp,
    prompt_sets.bp,
)
"""The parts of the API, one a module of ``evalhub.api``."""
