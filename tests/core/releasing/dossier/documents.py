"""Make a whole dossier for tests of what is written from it."""

from evalhub.core.pay.tiers import Price
from evalhub.core.releasing.dossier.assembling import make_dossier
from evalhub.core.releasing.dossier.facts import (
    CampaignFacts,
    ModelFacts,
    PromptFacts,
    ReleaseFacts,
    Tally,
)
from evalhub.core.releasing.dossier.fields import Dossier
from evalhub.core.releasing.dossier.paying import LedgerFacts, Offer
from evalhub.core.releasing.dossier.statements import SignedStatement, Statement
from evalhub.core.releasing.manifest import Manifest
from tests.core.releasing.dossier.votes import make_vote, see
from tests.core.releasing.manifests import make_manifest

PROMPTS = PromptFacts(
    n_prompts=4,
    kinds=Tally((("synthetic", 1), ("written", 3))),
    licenses=Tally((("CC-BY-4.0", 4),)),
    generators=Tally((("oak-2", 1),)),
    scans=Tally((("presidio: nothing found", 3),)),
    n_authors=2,
    n_with_url=1,
    n_with_consent=0,
    n_unknown_license=0,
)
CAMPAIGN = CampaignFacts(
    strategy="all",
    overlap=2,
    overlap_rule="fixed",
    selection_mode="rank",
    lease_minutes=60,
    offers=(Offer(0, "professional", Price(1400, "EUR", 8), 8),),
    ledger=LedgerFacts(),
    n_submitted=8,
    n_expired=1,
    returned=Tally((("time", 1),)),
    n_control_right=9,
    n_control_answers=10,
    n_control_pairs=2,
    verdicts=Tally(()),
    reasons=Tally(()),
    n_again=0,
    n_same_again=0,
)
STATEMENT = SignedStatement(
    2,
    "Rosa Steward",
    "2026-11-21",
    Statement(steward="The *lab* office.", known_limits="Few\nmodels."),
)


def make_model(slug: str, *, is_simulated: bool = False) -> ModelFacts:
    """Return what is known of one endpoint."""
    return ModelFacts(
        slug=slug,
        revision=1,
        model=f"{slug}-1",
        dialect="chat_completions",
        parameters="{}",
        output_terms="unknown",
        is_simulated=is_simulated,
        n_responses=6,
        first_week="2026-W46",
        last_week="2026-W47",
        reported=(f"{slug}-1-turbo",) if slug == "alder" else (),
    )


FACTS = ReleaseFacts(
    prompts=PROMPTS, models=tuple(make_model(one) for one in ("alder", "birch")), campaign=CAMPAIGN
)


def make_documents(
    *, statement: SignedStatement | None = STATEMENT, simulated: bool = False
) -> tuple[Manifest, Dossier]:
    """Return a manifest and the dossier of its release."""
    manifest = make_manifest(simulated=simulated, title="A <b>project</b>")
    seen = see([make_vote(0), make_vote(2, prompt="p2", pair="pair-2")])
    return manifest, make_dossier(manifest, FACTS, seen, statement)
