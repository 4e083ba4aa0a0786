"""Make rows for tests; a test names only the fields that matter to it."""

import itertools
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from evalhub.core.campaigns import (
    AnnotatorKind,
    AssignmentStatus,
    JudgmentOrigin,
    OverlapRule,
    PairingStrategy,
    ProjectStatus,
    PullStatus,
    Purpose,
    SelectionMode,
)
from evalhub.core.canonical import canonical_json, sha256_hex
from evalhub.core.consent import STANDING_TEXT, ConsentMethod, ConsentPurpose, ordered
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Origin, Role
from evalhub.core.qualifying.credentials import CredentialDecision
from evalhub.core.qualifying.requirements import Requirement, requirement_to_json
from evalhub.core.qualifying.routes import route_of
from evalhub.core.queued_work import WorkStatus
from evalhub.core.releasing.builds import BuildStage
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import (
    Assignment,
    ConsentAnswer,
    Credential,
    Endpoint,
    Judgment,
    LevelDecision,
    Pair,
    Person,
    PersonLanguage,
    Project,
    ProjectEndpoint,
    ProjectMember,
    ProjectRequirement,
    Prompt,
    PromptSet,
    PromptSetVersion,
    Pull,
    PullEndpoint,
    Release,
    ReleaseBuild,
    Response,
    RoleGrant,
    RubricVersion,
)
from evalhub.db.models import CredentialDecision as CredentialDecisionRow
from evalhub.services.accounts.words import keep_words
from evalhub.services.consenting.texts import row_of

MOMENT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def make_person(
    session: Session,
    *roles: Role,
    name: str = "Ada Example",
    email: str | None = None,
    origin: Origin = Origin.ACCOUNT,
) -> Person:
    """Add a person who holds ``roles``."""
    person = Person(
        public_id=uuid.uuid4().hex,
        name=name,
        email=email or f"person{next(_numbers)}@example.org",
        origin=origin,
        created_at=MOMENT,
    )
    session.add(person)
    session.flush()
    keep_words(person, session=session)
    session.add_all(RoleGrant(person_id=person.id, role=role, granted_at=MOMENT) for role in roles)
    session.flush()
    return person


def make_consent(
    session: Session,
    person: Person,
    *purposes: ConsentPurpose,
    method: ConsentMethod = ConsentMethod.PAGE,
) -> None:
    """Let a person grant ``purposes``, by default the training of reward models."""
    granted = purposes or (ConsentPurpose.REWARD_MODEL_TRAINING,)
    _add_answer(session, person, granted, method)


def withdraw_consent(session: Session, person: Person, *, at: datetime | None = None) -> None:
    """Let a person grant nothing, which withdraws what they granted before.

    By default that is a year after the other rows, so after whatever a test has built.
    """
    _add_answer(session, person, (), ConsentMethod.PAGE, at or MOMENT + timedelta(days=365))


def _add_answer(
    session: Session,
    person: Person,
    purposes: Sequence[ConsentPurpose],
    method: ConsentMethod,
    at: datetime = MOMENT,
) -> None:
    # As a row alone: through the service it would stand in the audit log of every test.
    row = ConsentAnswer(
        person_id=person.id,
        consent_text_id=row_of(STANDING_TEXT, session=session, now=MOMENT).id,
        purposes=canonical_json(ordered(purposes)),
        method=method,
        answered_at=at,
    )
    session.add(row)
    session.flush()


def make_credential(
    session: Session,
    person: Person,
    credential_class: str = "physician",
    *,
    domain: str = "medicine",
    jurisdiction: str = "DE",
    specialty: str = "",
    expires_on: date | None = None,
    decisions: Sequence[CredentialDecision] = (CredentialDecision.VERIFIED,),
) -> Credential:
    """Add a credential of ``person`` with what was decided about it, by default verified."""
    row = Credential(
        public_id=uuid.uuid4().hex[:16],
        person_id=person.id,
        credential_class=credential_class,
        domain=domain,
        jurisdiction=jurisdiction,
        specialty=specialty,
        issuer="Chamber of Berlin",
        issued_on=date(2020, 1, 31),
        expires_on=expires_on,
        stated_at=MOMENT,
        stated_by=person.id,
    )
    session.add(row)
    session.flush()
    session.add_all(
        CredentialDecisionRow(
            credential_id=row.id,
            number=number,
            decision=decision,
            reason="Seen at the chamber.",
            decided_at=MOMENT,
            decided_by=person.id,
        )
        for number, decision in enumerate(decisions, start=1)
    )
    session.flush()
    return row


def make_level(
    session: Session,
    person: Person,
    level: int,
    *,
    domain: str = "medicine",
    expires_at: datetime | None = MOMENT + timedelta(days=365),
) -> None:
    """Add a decision about the level of ``person``."""
    session.add(
        LevelDecision(
            person_id=person.id,
            domain=domain,
            level=level,
            reason="Passed the examination.",
            decided_at=MOMENT,
            decided_by=person.id,
            expires_at=expires_at,
        )
    )
    session.flush()


def make_languages(session: Session, person: Person, *languages: str) -> None:
    """Let ``person`` work in ``languages``."""
    session.add_all(PersonLanguage(person_id=person.id, language=one) for one in languages)
    session.flush()


def make_requirement(
    session: Session, project: Project, requirement: Requirement, *, number: int = 1
) -> None:
    """Let ``project`` ask for ``requirement`` from now on; ``number`` counts its versions."""
    session.add(
        ProjectRequirement(
            project_id=project.id,
            number=number,
            document=canonical_json(requirement_to_json(requirement)),
            written_at=MOMENT,
        )
    )
    session.flush()


def make_rubric_version(
    session: Session, *, rubric_id: str | None = None, version: str = "1.0.0", document: str = "{}"
) -> RubricVersion:
    """Add a rubric version; ``document`` is its canonical JSON."""
    row = RubricVersion(
        rubric_id=rubric_id or f"rubric-{next(_numbers)}",
        version=version,
        title="A rubric",
        domain="general",
        sha256=sha256_hex(document),
        document=document,
        created_at=MOMENT,
    )
    session.add(row)
    session.flush()
    return row


def make_prompt_set_version(
    session: Session, *texts: str, slug: str | None = None, domain: str = "general"
) -> PromptSetVersion:
    """Add a prompt set with one frozen version that asks ``texts`` (default: one prompt)."""
    prompt_set = PromptSet(slug=slug or f"set-{next(_numbers)}", title="A set", created_at=MOMENT)
    session.add(prompt_set)
    session.flush()
    documents = [
        prompt_document(f"p{i}", text, domain=domain)
        for i, text in enumerate(texts or ("What is fever?",))
    ]
    version = PromptSetVersion(
        prompt_set_id=prompt_set.id,
        number=1,
        sha256=sha256_hex("\n".join(documents)),
        n_prompts=len(documents),
        filename="prompts.jsonl",
        frozen_at=MOMENT,
    )
    session.add(version)
    session.flush()
    for position, document in enumerate(documents):
        session.add(
            Prompt(
                prompt_set_version_id=version.id,
                position=position,
                key=json.loads(document)["id"],
                sha256=sha256_hex(document),
                document=document,
                domain=domain,
                language="en",
                route=route_of("en").key,
            )
        )
    session.flush()
    return version


def route_prompt(
    session: Session,
    prompt: Prompt,
    *,
    language: str = "en",
    jurisdiction: str | None = None,
    specialty: str | None = None,
) -> None:
    """Let a prompt, and the pairs on it, be for certain people."""
    prompt.language = language
    prompt.route = route_of(language, jurisdiction, specialty).key
    for pair in session.exec(select(Pair).where(Pair.prompt_id == prompt.id)):
        pair.route = prompt.route
    session.flush()


def prompt_document(key: str, text: str, *, domain: str = "general") -> str:
    """Return the canonical row of a single-turn prompt."""
    return canonical_json(
        {
            "schema": "evalhub.prompt/1",
            "id": key,
            "messages": [{"role": "user", "content": text}],
            "domain": domain,
            "language": "en",
            "license": "CC-BY-4.0",
            "source": {"kind": "written"},
            "split": "train",
        }
    )


def make_endpoint(
    session: Session,
    *,
    slug: str | None = None,
    revision: int = 1,
    model: str | None = None,
    url: str = "http://127.0.0.1:9/v1",
    dialect: str = "chat_completions",
    is_simulated: bool = False,
    output_terms: str = "allowed",
) -> Endpoint:
    """Add an endpoint."""
    number = next(_numbers)
    endpoint = Endpoint(
        slug=slug or f"endpoint-{number}",
        revision=revision,
        model=model or f"model-{number}",
        dialect=dialect,
        url=url,
        parameters="{}",
        output_terms=output_terms,
        is_simulated=is_simulated,
        created_at=MOMENT,
    )
    session.add(endpoint)
    session.flush()
    return endpoint


def make_response(
    session: Session,
    prompt: Prompt,
    endpoint: Endpoint,
    *,
    text: str = "Drink water and rest.",
    status: ResponseStatus = ResponseStatus.ANSWERED,
    names_itself: str | None = None,
    sample_index: int = 0,
) -> Response:
    """Add what ``endpoint`` answered to ``prompt``."""
    response = Response(
        prompt_id=prompt.id,
        endpoint_id=endpoint.id,
        sample_index=sample_index,
        status=status,
        text=text,
        parameters="{}",
        request_sha256=sha256_hex(f"{prompt.id}-{endpoint.id}"),
        sha256=sha256_hex(text),
        names_itself=names_itself,
        created_at=MOMENT,
    )
    session.add(response)
    session.flush()
    return response


def make_project(  # noqa: PLR0913 - one parameter a field that some test names
    session: Session,
    *endpoints: Endpoint,
    prompts: PromptSetVersion | None = None,
    rubric: RubricVersion | None = None,
    slug: str | None = None,
    status: ProjectStatus = ProjectStatus.OPEN,
    overlap: int = 1,
    overlap_rule: OverlapRule = OverlapRule.FIXED,
    selection_mode: SelectionMode = SelectionMode.UNIFORM,
    is_simulated: bool = False,
) -> Project:
    """Add a project over ``endpoints``."""
    prompts = prompts or make_prompt_set_version(session)
    rubric = rubric or make_rubric_version(session)
    project = Project(
        slug=slug or f"project-{next(_numbers)}",
        title="A project",
        purpose="Train a reward model for tests.",
        domain="general",
        prompt_set_version_id=prompts.id,
        rubric_version_id=rubric.id,
        status=status,
        strategy=PairingStrategy.ALL,
        overlap=overlap,
        overlap_rule=overlap_rule,
        selection_mode=selection_mode,
        is_simulated=is_simulated,
        created_at=MOMENT,
    )
    session.add(project)
    session.flush()
    session.add_all(
        ProjectEndpoint(project_id=project.id, endpoint_id=endpoint.id) for endpoint in endpoints
    )
    session.flush()
    return project


def add_member(
    session: Session, project: Project, person: Person, role: Role = Role.ANNOTATOR
) -> None:
    """Put ``person`` on ``project`` as ``role``."""
    session.add(
        ProjectMember(project_id=project.id, person_id=person.id, role=role, added_at=MOMENT)
    )
    session.flush()


def make_pair(
    session: Session, project: Project, first: Response, second: Response, *, position: int = 0
) -> Pair:
    """Add the pair of two responses to one prompt."""
    low, high = sorted((first.id, second.id))
    pair = Pair(
        project_id=project.id,
        prompt_id=first.prompt_id,
        response_x_id=low,
        response_y_id=high,
        position=position,
        overlap=project.overlap,
        route=session.get_one(Prompt, first.prompt_id).route,
    )
    session.add(pair)
    session.flush()
    return pair


def make_assignment(
    session: Session,
    pair: Pair,
    person: Person,
    *,
    status: AssignmentStatus = AssignmentStatus.LEASED,
    is_swapped: bool = False,
    purpose: Purpose = Purpose.WORK,
    occasion: int = 0,
) -> Assignment:
    """Add an assignment of ``pair`` to ``person`` that takes a place while it is held as work."""
    assignment = Assignment(
        token=uuid.uuid4().hex,
        project_id=pair.project_id,
        pair_id=pair.id,
        person_id=person.id,
        is_swapped=is_swapped,
        status=status,
        policy="uniform",
        probability=1.0,
        purpose=purpose,
        occasion=occasion,
        leased_at=MOMENT,
        expires_at=MOMENT + timedelta(hours=1),
        ended_at=None if status is AssignmentStatus.LEASED else MOMENT,
    )
    session.add(assignment)
    held = {AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED}
    if status in held and purpose.holds_place:
        pair.n_taken += 1
        session.add(pair)
    session.flush()
    return assignment


def make_judgment(  # noqa: PLR0913 - one parameter a field that some test names
    session: Session,
    pair: Pair,
    person: Person,
    *,
    assignment: Assignment | None = None,
    choice: Choice = Choice.A,
    preference: int | None = None,
    revision: int = 1,
    origin: JudgmentOrigin = JudgmentOrigin.FORM,
    annotator_kind: AnnotatorKind = AnnotatorKind.HUMAN,
    active_seconds: float | None = None,
    later: timedelta = timedelta(0),
) -> Judgment:
    """Add a judgment of ``pair`` by ``person``."""
    project = session.get_one(Project, pair.project_id)
    judgment = Judgment(
        public_id=uuid.uuid4().hex,
        project_id=project.id,
        pair_id=pair.id,
        person_id=person.id,
        assignment_id=assignment.id if assignment else None,
        revision=revision,
        origin=origin,
        annotator_kind=annotator_kind,
        active_seconds=active_seconds,
        rubric_version_id=project.rubric_version_id,
        is_swapped=assignment.is_swapped if assignment else False,
        purpose=assignment.purpose if assignment else Purpose.WORK,
        choice=choice,
        preference=preference,
        answer="{}",
        created_at=MOMENT + later,
    )
    session.add(judgment)
    session.flush()
    return judgment


def make_release(
    session: Session, project: Project, *, version: str = "1.0.0", folder: str | None = None
) -> Release:
    """Add the row of a release; there is no file of it."""
    release = Release(
        project_id=project.id,
        version=version,
        title=project.title,
        recipe="{}",
        snapshot_sha256="0" * 64,
        manifest="{}",
        folder=folder or f"{project.slug}/{version}",
        n_pairs=1,
        n_judgments=1,
        created_at=MOMENT,
    )
    session.add(release)
    session.flush()
    return release


def make_build(session: Session, project: Project, *, status: WorkStatus) -> ReleaseBuild:
    """Add a build of a release of ``project``."""
    build = ReleaseBuild(
        public_id=uuid.uuid4().hex,
        project_id=project.id,
        recipe="{}",
        status=status,
        stage=BuildStage.INDEXING,
        created_at=MOMENT,
    )
    session.add(build)
    session.flush()
    return build


def make_pull(session: Session, status: PullStatus, *shares: tuple[datetime | None, str]) -> Pull:
    """Add a pull with shares that have ended or not, each with its reason."""
    pull = Pull(
        public_id=f"pull-{status}-{len(shares)}",
        prompt_set_version_id=make_prompt_set_version(session).id,
        status=status,
        created_at=MOMENT,
    )
    session.add(pull)
    session.flush()
    session.add_all(
        PullEndpoint(
            pull_id=pull.id, endpoint_id=make_endpoint(session).id, ended_at=ended_at, reason=reason
        )
        for ended_at, reason in shares
    )
    session.flush()
    return pull
