"""Describe what went into a release and what came out, for its manifest."""

import hashlib
from dataclasses import asdict, astuple

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.canonical import Json, canonical_json, content_hash
from evalhub.core.releasing.files import WRITER, FileFacts
from evalhub.core.releasing.filters import flavour_filters, judgment_filters, pair_filters
from evalhub.core.releasing.manifest import (
    EndpointInput,
    LabelFacts,
    Manifest,
    PromptSetInput,
    ReleaseCounts,
    ReleaseIdentity,
    ReleaseInputs,
    RubricInput,
    rows_by_table,
)
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.reports import Changes
from evalhub.core.releasing.tables import Tally
from evalhub.core.releasing.vocabulary import RELEASE_SCHEMA, PairOutcome
from evalhub.db import tables as t
from evalhub.db.models import Endpoint, RubricVersion
from evalhub.services.releasing.gathering import Source
from evalhub.services.releasing.paging import runs


def describe_inputs(source: Source, *, session: Session) -> ReleaseInputs:
    """Return the inputs of a release with their hashes."""
    n_responses, responses_sha256 = _responses(source, session=session)
    return ReleaseInputs(
        prompt_set=PromptSetInput(
            slug=source.prompt_set.slug,
            version=source.version.number,
            sha256=source.version.sha256,
            n_prompts=len(source.prompts.prompts),
            licenses=source.prompts.licenses,
            languages=source.prompts.languages,
        ),
        rubrics=tuple(_rubric(row) for row in source.rubrics),
        endpoints=tuple(_endpoint(row) for row in source.endpoints.values()),
        responses_sha256=responses_sha256,
        judgments_sha256=source.judgments_sha256,
        n_responses=n_responses,
        n_judgments=source.n_judgments,
    )


def describe_release(
    source: Source,
    identity: ReleaseIdentity,
    *,
    inputs: ReleaseInputs,
    recipe: Recipe,
    tally: Tally,
    files: tuple[FileFacts, ...],
    labels: LabelFacts,
    changes: Changes,
) -> Manifest:
    """Return the manifest of what was written."""
    is_simulated = tally.n_simulated_pairs > 0 or source.project.is_simulated
    return Manifest(
        schema=RELEASE_SCHEMA,
        id=identity.id,
        release=identity,
        simulated=is_simulated,
        recipe_sha256=recipe.sha256,
        inputs=inputs,
        counts=_counts(source, tally, files),
        agreement=tally.agreement.figures(),
        filters=(
            *judgment_filters(source.n_judgments, source.dropped, recipe.filters()),
            *pair_filters(tally.outcomes, recipe.filters()),
            *flavour_filters(
                tally.outcomes[PairOutcome.PREFERENCE], tally.left_out, recipe.flavours
            ),
        ),
        methods=recipe.methods(),
        files=files,
        writer=WRITER,
        labels=labels,
        changes=changes,
        clearance=source.clearance,
        licence=recipe.licence,
    )


def snapshot_hash(source: Source, inputs: ReleaseInputs, recipe: Recipe, *, documents: Json) -> str:
    """Return the hash of the state and the recipe: equal hashes give equal files.

    ``documents`` is what the dossier tells beside the rows.
    """
    project = source.project
    about: Json = [project.slug, project.title, project.purpose, project.domain]
    hashes: Json = [
        inputs.prompt_set.sha256,
        inputs.responses_sha256,
        inputs.judgments_sha256,
        [rubric.sha256 for rubric in inputs.rubrics],
        [[one.output_terms, one.is_simulated] for one in inputs.endpoints],
        # An answer changes what the next version tells, also where every row stays.
        [[*astuple(report)] for report in source.reports],
        source.released_sha256,
    ]
    settled: Json = asdict(source.clearance)
    return content_hash([about, hashes, recipe.as_json(), project.is_simulated, documents, settled])


def rubric_path(row: RubricVersion) -> str:
    """Return where a release keeps a rubric version."""
    return f"rubrics/{row.rubric_id}-{row.version}.json"


def _counts(source: Source, tally: Tally, files: tuple[FileFacts, ...]) -> ReleaseCounts:
    return ReleaseCounts(
        n_judgments=source.n_released,
        n_cannot_judge=tally.n_cannot_judge,
        n_simulated_judgments=tally.n_simulated_judgments,
        n_annotators=len(tally.annotators),
        n_prompts=source.n_prompts,
        n_models=len(tally.models),
        judgments_by_origin=dict(sorted(tally.judgments_by_origin.items())),
        annotators_by_origin=tally.annotators_by_origin(),
        pairs={outcome.value: tally.outcomes[outcome] for outcome in PairOutcome},
        rows=rows_by_table(files),
        credential_classes=tally.classes.counts(),
    )


def _rubric(row: RubricVersion) -> RubricInput:
    return RubricInput(row.rubric_id, row.version, row.sha256, rubric_path(row))


def _endpoint(row: Endpoint) -> EndpointInput:
    return EndpointInput(row.slug, row.revision, row.model, row.output_terms, row.is_simulated)


def _responses(source: Source, *, session: Session) -> tuple[int, str]:
    """Return the number and the hash of the responses to the prompts by the judged endpoints."""
    named = {row.id: (row.slug, row.revision) for row in source.endpoints.values()}
    digest, n = hashlib.sha256(), 0
    r = t.response.c
    for run in runs(source.prompts.prompts):
        key_by_row = {one.row_id: one.key for one in run}
        query = sa.select(r.prompt_id, r.endpoint_id, r.sample_index, r.status, r.sha256).where(
            r.prompt_id.in_(key_by_row), r.endpoint_id.in_(named)
        )
        # Sorted here: the two databases do not collate text alike. The key leads, so the pages
        # together are in order, too.
        rows = sorted(
            (key_by_row[prompt_id], *named[endpoint_id], sample, status, sha256)
            for prompt_id, endpoint_id, sample, status, sha256 in session.connection().execute(
                query
            )
        )
        n += len(rows)
        for row in rows:
            digest.update(canonical_json([*row]).encode() + b"\n")
    return n, digest.hexdigest()
