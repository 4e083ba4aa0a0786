"""Write every file of a release into a folder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlmodel import Session

from evalhub.core.canonical import canonical_json
from evalhub.core.releasing.builds import BuildStage, Say, say_nothing
from evalhub.core.releasing.card import card_text
from evalhub.core.releasing.checksums import CHECKSUMS, checksums_text
from evalhub.core.releasing.files import FileFacts, OpenFile, Target, write_text
from evalhub.core.releasing.flavours.dataset_info import DATASET_INFO, dataset_info_text
from evalhub.core.releasing.labels import ReleaseLabels, label_release
from evalhub.core.releasing.manifest import (
    CARD,
    MANIFEST,
    RECIPE,
    Manifest,
    ReleaseIdentity,
    ReleaseInputs,
    manifest_text,
    rows_by_table,
)
from evalhub.core.releasing.pages import MadePage, made_parts
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.reports import Changes
from evalhub.core.releasing.tables import Tally
from evalhub.core.releasing.vocabulary import Part
from evalhub.services.releasing.behind import files_of
from evalhub.services.releasing.cluster.opening import Cluster
from evalhub.services.releasing.cluster.pages import page_runs, share
from evalhub.services.releasing.describing import (
    describe_inputs,
    describe_release,
    rubric_path,
    snapshot_hash,
)
from evalhub.services.releasing.documenting import (
    DocumentInputs,
    document_texts,
    gather_documents,
)
from evalhub.services.releasing.gathering import Source
from evalhub.services.releasing.streaming import PageRules, judged_prompts, page_rules


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Hold what a release will be made from, and the hash that says whether it changed."""

    source: Source
    inputs: ReleaseInputs
    documents: DocumentInputs
    recipe: Recipe
    snapshot: str


def plan_release(source: Source, *, recipe: Recipe, session: Session) -> Plan:
    """Return the plan for the present state under ``recipe``."""
    inputs = describe_inputs(source, session=session)
    documents = gather_documents(source, session=session)
    snapshot = snapshot_hash(source, inputs, recipe, documents=documents.as_json())
    return Plan(source, inputs, documents, recipe, snapshot)


def write_release(
    plan: Plan,
    version: str,
    *,
    changes: Changes,
    target: Target,
    say: Say = say_nothing,
    cluster: Cluster | None = None,
) -> Manifest:
    """Write every file of a release to ``target`` and return its manifest.

    With a ``cluster`` its machines make the rows; the bytes are the same.

    The order is forced: tables first, the card and the dossier tell their rows, the manifest
    hashes both, and the checksums cover the manifest.
    """
    say(BuildStage.LABELLING, 0, 0)
    open_file = target.open_file
    labels = label_release(plan.source.labels)
    tally, files = _write_tables(plan, labels, target, say, cluster)
    files += _write_texts(plan, _flavour_texts(plan, files), open_file)
    project = plan.source.project
    manifest = describe_release(
        plan.source,
        ReleaseIdentity(project.slug, version, project.title, project.purpose, project.domain),
        inputs=plan.inputs,
        recipe=plan.recipe,
        tally=tally,
        files=files,
        labels=labels.facts,
        changes=changes,
    )
    about = document_texts(manifest, plan.documents, tally.seen)
    about[CARD] = card_text(manifest)
    files += tuple(write_text(path, about[path], open_file=open_file) for path in sorted(about))
    manifest = replace(manifest, files=tuple(sorted(files, key=lambda one: one.path)))
    index = write_text(MANIFEST, manifest_text(manifest), open_file=open_file)
    write_text(CHECKSUMS, checksums_text((*manifest.files, index)), open_file=open_file)
    return manifest


def _write_tables(
    plan: Plan, labels: ReleaseLabels, target: Target, say: Say, cluster: Cluster | None
) -> tuple[Tally, tuple[FileFacts, ...]]:
    rules = page_rules(plan.source, labels=labels.by_pair)
    tally, n_done, n_wanted = Tally(), 0, plan.source.n_prompts

    def still() -> None:
        say(BuildStage.WRITING, n_done, n_wanted)

    with files_of(target, n_prompts=n_wanted) as files:
        for page in _pages(plan, rules, tally, cluster, still):
            # Row groups and files end at rows of the whole release, and so are cut there.
            files.write(page.rows)
            tally.take_in(page.tally)
            n_done += page.n_prompts
            still()
        return tally, files.close()


def _pages(
    plan: Plan, rules: PageRules, tally: Tally, cluster: Cluster | None, still: Callable[[], None]
) -> Iterator[MadePage]:
    if cluster is None:
        return (
            part
            for page in judged_prompts(plan.source, rules)
            for part in made_parts(page, plan.recipe, halvings=tally.seen.halvings)
        )
    shared = share(plan.source, rules, plan.recipe)
    return cluster.pages(shared, page_runs(plan.source), still=still)


def _flavour_texts(plan: Plan, tables: tuple[FileFacts, ...]) -> dict[str, str]:
    """Return the texts that a flavour needs beside its tables, where it has any."""
    if Part.LLAMAFACTORY not in rows_by_table(tables):
        return {}
    return {DATASET_INFO: dataset_info_text(plan.source.project.slug, tables)}


def _write_texts(plan: Plan, texts: dict[str, str], open_file: OpenFile) -> tuple[FileFacts, ...]:
    texts |= {rubric_path(row): row.document for row in plan.source.rubrics}
    texts[RECIPE] = canonical_json(plan.recipe.as_json()) + "\n"
    return tuple(write_text(path, texts[path], open_file=open_file) for path in sorted(texts))
