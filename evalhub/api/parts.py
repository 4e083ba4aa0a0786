"""List the parts of the API, for the application to take up."""

from flask_openapi3 import APIBlueprint

from evalhub.api import (
    agreement,
    annotators,
    asking,
    consent,
    endpoints,
    judges,
    matrix,
    prompt_sets,
    pulls,
    releases,
    reports,
    reviews,
    root,
    scores,
)

APIS: tuple[APIBlueprint, ...] = (
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
    pulls.bp,
    prompt_sets.bp,
)
"""The parts of the API, one a module of ``evalhub.api``."""
