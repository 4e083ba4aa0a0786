"""Write what documents a release: the dossier, the datasheet and the Croissant description."""

from dataclasses import asdict, dataclass

from sqlmodel import Session

from evalhub.core.canonical import Json
from evalhub.core.releasing.dossier.assembling import make_dossier
from evalhub.core.releasing.dossier.croissant import croissant_text
from evalhub.core.releasing.dossier.datasheet import datasheet_text
from evalhub.core.releasing.dossier.facts import ReleaseFacts, StateFacts
from evalhub.core.releasing.dossier.fields import dossier_text
from evalhub.core.releasing.dossier.observing import Observations
from evalhub.core.releasing.dossier.statements import SignedStatement
from evalhub.core.releasing.dossier.vocabulary import CROISSANT, DATASHEET, DOSSIER
from evalhub.core.releasing.manifest import Manifest
from evalhub.services.releasing.facts import gather_facts
from evalhub.services.releasing.gathering import Source
from evalhub.services.releasing.statements import find_statement


@dataclass(frozen=True, slots=True)
class DocumentInputs:
    """Hold what the documents tell beside the rows, and what a person wrote, if anybody."""

    facts: StateFacts
    statement: SignedStatement | None

    def as_json(self) -> Json:
        """Return everything as JSON, for the hash that tells whether anything has changed."""
        return [self.facts.as_json(), asdict(self.statement) if self.statement else None]


def gather_documents(source: Source, *, session: Session) -> DocumentInputs:
    """Return what the documents of a release of ``source`` tell beside its judgments."""
    return DocumentInputs(
        gather_facts(source, session=session),
        find_statement(source.project.id, session=session),
    )


def document_texts(
    manifest: Manifest, inputs: DocumentInputs, seen: Observations
) -> dict[str, str]:
    """Return the text of each document by its path; ``manifest`` names the tables."""
    facts = ReleaseFacts(seen.prompts.facts(), inputs.facts.models, inputs.facts.campaign)
    dossier = make_dossier(manifest, facts, seen, inputs.statement)
    return {
        DOSSIER: dossier_text(dossier),
        DATASHEET: datasheet_text(manifest, dossier),
        CROISSANT: croissant_text(
            manifest, dossier, weeks=seen.weeks, overlap=facts.campaign.overlap
        ),
    }
