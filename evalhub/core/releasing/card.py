"""Write the dataset card that travels with a release."""

from collections.abc import Iterable, Iterator

from evalhub.core.releasing.agreement import AgreementFigure
from evalhub.core.releasing.card_front import front_matter
from evalhub.core.releasing.clearance import Clearance
from evalhub.core.releasing.manifest import LabelFacts, Manifest
from evalhub.core.releasing.marking import plain
from evalhub.core.releasing.reports import Changes
from evalhub.core.releasing.usage import snippets
from evalhub.core.releasing.vocabulary import Part, Split

PART_NOTES = {
    Part.PAIRS: (
        "pairs on which one response is preferred more often: `prompt`, `chosen`, `rejected` "
        "and the figures below"
    ),
    Part.PAIRS_MARGIN: "the same pairs with `margin`, how far the chosen response is preferred",
    Part.TRL: "the same pairs with the three columns a TRL reward trainer reads",
    Part.TIES: "evenly split pairs; nothing in them is chosen or rejected",
    Part.JUDGMENTS: "one row a judgment, as shown and turned to the pair's own order",
    Part.PROMPTS: "the prompts",
    Part.KTO: "single responses, `label` true where they are wanted, for KTO trainers",
    Part.OPENRLHF: (
        "for OpenRLHF: `--data.prompt_key prompt --data.apply_chat_template`; the margin is read "
        "with `--model.margin_loss_enable`"
    ),
    Part.NEMO_RL: "for NeMo-RL's PreferenceDataset in its rank format",
    Part.LLAMAFACTORY: (
        "for LLaMA-Factory, a ShareGPT ranking: point `dataset_dir` at its folder, which holds "
        "`dataset_info.json`"
    ),
    Part.AXOLOTL: "for axolotl: `type: bradley_terry.chat_template` with `reward_model: true`",
    Part.VERL: "for verl's RMDataset: transcripts with the marks of HH-RLHF",
    Part.HH_RLHF: "two whole transcripts, as in the data set HH-RLHF",
    Part.HELPSTEER3: (
        "graded preferences, as in the data set HelpSteer3; negative: response1 is better"
    ),
    Part.ARENA: "one row a judgment as a battle of two models, with ties and both bad",
}
"""What each table holds, in a line."""

SIMULATED = (
    "This release holds simulated data. Simulated judgments come from a program, simulated "
    "responses from a script; both are marked by `is_simulated`. They show how EvalHub works "
    "and say nothing about any model."
)

LIMITS = (
    (
        "A preference is the judgment of the people who were asked, under one rubric. Agreement "
        "between them is no proof that they are right."
    ),
    (
        "A lead of few judgments is weak evidence: read `n_judgments`, `soft_label` and "
        "`soft_label_se`, not only which response was chosen."
    ),
    (
        "`soft_label` weighs annotators by how they grade, and no model strength enters it. "
        "`pooled_soft_label` leans on model strengths: it guesses a pair better and must not be "
        "trained on, because a reward model learns the models from it."
    ),
    (
        "Reasons in `why` are free text. The scan for personal data finds what has a form, such as "
        "addresses and numbers; names and what tells a person by circumstances are not found."
    ),
    (
        '`why` was written with the sides as shown: where `shown_left` is `b`, its "A" is '
        "response b of the row."
    ),
    "The licence of the prompts does not cover the responses: the terms of each model apply.",
)


DOCUMENTS = {
    "DATASHEET.md": "motivation, composition, collection, preprocessing, uses, upkeep",
    "dossier.json": "what was examined for bias, what was found and what is not known",
    "croissant.json": "the tables and their documentation for catalogues, as Croissant 1.1",
}
"""What is written beside the card, for people and for programs."""


def card_text(manifest: Manifest) -> str:
    """Return ``README.md``: a head for loaders, then the same facts for people."""
    return front_matter(manifest) + "\n".join(_body(manifest)) + "\n"


def _body(manifest: Manifest) -> Iterator[str]:
    release = manifest.release
    yield from ("", f"# {plain(release.title)}, {release.version}", "")
    if manifest.simulated:
        yield from (f"> **Simulated.** {SIMULATED}", "")
    yield from (f"Collected for: {plain(release.purpose)}", "")
    if manifest.changes is not None and manifest.changes.reports:
        yield from ("## Reported rows", "", *_reports(manifest.changes), "")
    yield from ("## Tables", "", *_tables(manifest), "")
    yield from (
        (
            "Each table is there as Parquet and as JSON lines, one file a split. All prompts of "
            "one group are in one split."
        ),
        "",
    )
    yield from ("## Who judged", "", *_people(manifest), "")
    if manifest.clearance is not None:
        yield from (
            "## Consent, licence and privacy",
            "",
            *_clearance(manifest.clearance, manifest.licence),
            "",
        )
    yield from ("## Agreement", "", *_agreement(manifest.agreement), "")
    yield from ("## What was left out", "", *_filters(manifest), "")
    yield from ("## What the figures are", "")
    yield from (f"- `{name}`: {method}" for name, method in manifest.methods.items())
    if manifest.labels is not None:
        yield from ("", "## How labels were made", "", *_labels(manifest.labels))
    yield from ("", "## What went in", "", *_inputs(manifest), "")
    yield from ("## Limits", "", *(f"- {limit}" for limit in LIMITS), "")
    yield from ("## Documents", "", *(f"- `{path}`: {what}" for path, what in DOCUMENTS.items()))
    yield from ("", "## Use", "", *_use(manifest))


def _tables(manifest: Manifest) -> list[str]:
    rows = [
        (f"`{part}`", PART_NOTES[part], split, f"{n:,}")
        for part in Part
        for split in Split
        if (n := manifest.counts.rows.get(part, {}).get(split))
    ]
    return _table(("Table", "Holds", "Split", "Rows"), rows)


def _people(manifest: Manifest) -> Iterator[str]:
    counts = manifest.counts
    yield (
        f"{counts.n_judgments:,} judgments by {counts.n_annotators:,} annotators; "
        f"{counts.n_simulated_judgments:,} of the judgments are simulated, and in "
        f"{counts.n_cannot_judge:,} the annotator could not judge."
    )
    yield ""
    yield from _table(
        ("Annotators", "Number"),
        [(origin, f"{n:,}") for origin, n in counts.annotators_by_origin.items()],
    )


def _reports(changes: Changes) -> Iterator[str]:
    yield f"Answered since version {changes.previous}:"
    yield ""
    yield from _table(
        ("Report", "Pair", "Problem", "Decision", "Reason"),
        [
            (
                f"{one.number}, on {one.version}",
                f"`{one.pair_id}`",
                one.kind.value.replace("_", " "),
                one.decision.value.replace("_", " "),
                plain(one.reason),
            )
            for one in changes.reports
        ],
    )


def _clearance(cleared: Clearance, licence: str) -> Iterator[str]:
    consent, scan = cleared.consent, cleared.scan
    granted = next(one for one in consent.coverage if one.purpose is consent.purpose)
    yield (
        f"- released for `{consent.purpose}`: {granted.n_granted:,} of {granted.n_judgments:,} "
        "released judgments have a consent for it"
    )
    if licence:
        yield f"- licence of the release: {plain(licence)}"
    for share in cleared.licences:
        known = "" if share.is_known else "; not known"
        yield f"- {share.family}: {plain(share.licence)} ({share.share:.1%}{known})"
    hits = ", ".join(f"{one.n_hits:,} {one.kind} in a {one.place}" for one in scan.counts)
    yield (
        f"- scan for personal data: {scan.n_texts:,} texts, {hits or 'no hit'}. {scan.method} "
        f"({', '.join(scan.libraries)})"
    )
    for decision in cleared.decisions:
        if decision.n_held:
            reason = f": {plain(decision.reason)}" if decision.reason else ""
            held = f"{decision.n_held:,} judgments, {decision.action}{reason}"
            yield f"- gate `{decision.gate}`: {held}"


def _agreement(figures: tuple[AgreementFigure, ...]) -> list[str]:
    if not figures:
        return ["No pair was judged by two annotators, so there is no agreement to state."]
    rows = [
        (
            figure.name,
            f"{figure.value:.1%}",
            "none" if figure.low is None else f"{figure.low:.1%} to {figure.high:.1%}",
            f"{figure.n_comparisons:,} comparisons on {figure.n_pairs:,} pairs",
        )
        for figure in figures
    ]
    notes = [f"Value: {figures[0].method}. Interval: {figures[0].interval_method}."]
    return [*_table(("Measure", "Value", "Interval", "n"), rows), "", *notes]


def _filters(manifest: Manifest) -> list[str]:
    rows = [
        (f"`{one.name}`", f"`{one.part}`", f"{one.rows_in:,}", f"{one.rows_out:,}")
        for one in manifest.filters
    ]
    return _table(("Filter", "Table", "Rows in", "Rows out"), rows)


def _labels(labels: LabelFacts) -> Iterator[str]:
    item, pooled = labels.item_only, labels.pooled
    cuts = ", ".join(f"{cut:.2f}" for cut in item.cuts)
    yield (
        f"- `soft_label` and `margin`: {item.method}. {item.n_judgments:,} judgments by "
        f"{item.n_annotators:,} annotators on {item.n_pairs:,} pairs, and "
        f"{item.n_control_answers:,} answers to control items. Cuts of the graded scale {cuts}; "
        f"pull of the left side {item.position_effect:.2f}."
    )
    found = f"tau {pooled.tau:.2f}" if pooled.tau is not None else f"none: {pooled.reason}"
    yield f"- `pooled_soft_label`: {pooled.method}. In this release: {found}."


def _inputs(manifest: Manifest) -> Iterator[str]:
    prompts = manifest.inputs.prompt_set
    licenses = ", ".join(plain(name) for name in prompts.licenses)
    yield f"- prompt set `{prompts.slug}@{prompts.version}`, sha256 `{prompts.sha256}`; {licenses}"
    for rubric in manifest.inputs.rubrics:
        name = f"`{rubric.id}` {rubric.version}"
        yield f"- rubric {name}, sha256 `{rubric.sha256}`, in `{rubric.path}`"
    for one in manifest.inputs.endpoints:
        simulated = "; simulated" if one.is_simulated else ""
        terms = plain(one.output_terms)
        yield f"- responses of {plain(one.model)} (terms of use: {terms}{simulated})"
    yield f"- judgments in force, sha256 `{manifest.inputs.judgments_sha256}`"
    yield f"- recipe, sha256 `{manifest.recipe_sha256}`, in `recipe.json`"


def _use(manifest: Manifest) -> Iterator[str]:
    folder = f"{manifest.release.project}-{manifest.release.version}"
    yield f"Beside the folder of the release, here named `{folder}`:"
    for snippet in snippets(folder, manifest.files):
        yield from ("", f"### {snippet.title}", "", f"```{snippet.language}", snippet.code, "```")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]
