import hashlib
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from evalhub.core.canonical import canonical_bytes
from evalhub.core.releasing.credential_classes import told_class
from evalhub.core.releasing.tables import judgment_lines
from evalhub.core.releasing.vocabulary import Split
from evalhub.db.models import Project, Prompt
from evalhub.services.judging.current import current_judgments
from evalhub.services.releasing.gathering import Source, gather
from evalhub.services.releasing.paging import PROMPTS_PER_PAGE
from evalhub.services.releasing.streaming import judged_prompts, page_rules
from tests.core.releasing.material import LABEL
from tests.factories import (
    make_consent,
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)
from tests.release_project import A, Verdict, add_verdict, make_tiny_project
from tests.releases import KnownLabels


def make_source(session: Session, n_prompts: int) -> Source:
    """Add a project with one judged pair on each of many prompts, and gather it."""
    version = make_prompt_set_version(session, *(f"Question {'x' * n}?" for n in range(n_prompts)))
    endpoints = [make_endpoint(session) for _ in range(2)]
    project = make_project(session, *endpoints, prompts=version)
    person = make_person(session)
    make_consent(session, person)
    query = select(Prompt).where(Prompt.prompt_set_version_id == version.id)
    for prompt in session.exec(query).all():
        responses = [
            make_response(session, prompt, endpoint, text=f"{endpoint.slug} on {prompt.key}")
            for endpoint in endpoints
        ]
        add_verdict(session, make_pair(session, project, *responses), person, Verdict(0, A))
    return gather(project, secret="s" * 32, session=session)


@pytest.mark.parametrize("n_prompts", [1, PROMPTS_PER_PAGE, PROMPTS_PER_PAGE + 1])
def test_every_pair_comes_with_its_own_texts(session: Session, n_prompts: int) -> None:
    source = make_source(session, n_prompts)
    splits = {prompt.group: Split.TRAIN for prompt in source.prompts.prompts}
    labels = KnownLabels(dict.fromkeys(source.labels.pair_names(), LABEL))

    rules = replace(page_rules(source, labels=labels), splits=splits)
    found = [one for page in judged_prompts(source, rules) for one in page]

    assert [one.prompt.key for one in found] == sorted(f"p{n}" for n in range(n_prompts))
    assert source.n_prompts == n_prompts
    for one in found:
        (pair,) = one.pairs
        assert (pair.prompt, pair.split, one.split) == (one.prompt, Split.TRAIN, Split.TRAIN)
        assert pair.label == LABEL
        assert pair.x_text == f"{pair.x.endpoint} on {one.prompt.key}"
        assert pair.y_text == f"{pair.y.endpoint} on {one.prompt.key}"


def test_pages_hold_few_prompts_and_texts_only_where_asked(session: Session) -> None:
    source = make_source(session, PROMPTS_PER_PAGE + 2)

    bare, whole = list(source.pager.pages()), list(source.pager.pages(with_texts=True))

    assert [len(page.prompts) for page in bare] == [PROMPTS_PER_PAGE, 2]
    assert [len(page.texts) for page in bare] == [0, 0]
    assert [len(page.texts) for page in whole] == [2 * PROMPTS_PER_PAGE, 4]


def test_a_page_says_the_same_of_judgments_as_the_whole_project(session: Session) -> None:
    make_tiny_project(session)
    project = session.exec(select(Project).where(Project.slug == "tiny")).one()
    source = gather(project, secret="s" * 32, session=session)

    paged = [item.record for page in source.pager.pages() for item in page.judgments]

    whole = current_judgments(project.id, session=session)
    assert sorted(paged, key=lambda record: record.sort_key) == whole
    assert len(paged) == source.n_judgments
    assert sum(source.dropped.values()) == source.n_judgments - source.n_released


def test_f54_a_release_names_a_class_of_five_and_withholds_one_of_fewer(session: Session) -> None:
    endpoints = [make_endpoint(session) for _ in range(2)]
    project = make_project(session, *endpoints)
    prompt = session.exec(
        select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
    ).one()
    ends = [make_response(session, prompt, one, text=one.slug) for one in endpoints]
    pair = make_pair(session, project, *ends)
    classes = ["physician"] * 5 + ["nurse"] * 4 + ["midwife", None]
    for held in classes:
        person = make_person(session)
        make_consent(session, person)
        add_verdict(session, pair, person, Verdict(0, A, credential_class=held))

    source = gather(project, secret="s" * 32, session=session)

    splits = {one.group: Split.TRAIN for one in source.prompts.prompts}
    labels = KnownLabels(dict.fromkeys(source.labels.pair_names(), LABEL))
    rules = replace(page_rules(source, labels=labels), splits=splits)
    ((prompt_made,),) = judged_prompts(source, rules)
    (judged,) = prompt_made.pairs
    told = sorted(str(one.record.credential_class) for one in judged.judgments)
    assert told == ["None", *["physician"] * 5, *["withheld"] * 5]
    # A hash of what is withheld would give it away to whoever tries the few classes there are.
    items = [item for page in source.pager.pages() for item in page.judgments]
    named = [told_class(item.record.credential_class, {"physician"}) for item in items]
    covered = [*judgment_lines((item.id, item.record) for item in items), *named]
    assert named.count("withheld") == 5
    lines = b"".join(canonical_bytes(one) + b"\n" for one in covered)
    assert source.judgments_sha256 == hashlib.sha256(lines).hexdigest()
