"""Make the ids of a release from content, so that every database gives the same ones."""

import hashlib
import hmac

import orjson

from evalhub.core.canonical import sha256_hex
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord

_ID_LENGTH = 32
_PSEUDONYM_LENGTH = 16


def response_id(prompt_sha256: str, response: JudgedResponse) -> str:
    """Return the id of one response: the hash of its prompt, its endpoint and its text."""
    return _hash([prompt_sha256, *response.sort_key])


def pair_id(record: JudgmentRecord) -> str:
    """Return the id of a judgment's pair: the hash of its prompt and both responses."""
    return _hash([record.prompt_sha256, record.x.sort_key, record.y.sort_key])


def judgment_id(pair: str, annotator: str, *, nth: int) -> str:
    """Return the id of the ``nth`` judgment (from 0, in time order) of an annotator on a pair.

    It is the hash of the canonical JSON of the three.
    """
    # Written out, since both names are ids of ours, in which JSON escapes nothing: it is done
    # twice for each judgment of a project, and an encoder would take most of the time.
    return sha256_hex(f'["{pair}","{annotator}",{nth}]')[:_ID_LENGTH]


def pseudonym(secret: str, *, project: str, person: str) -> str:
    """Return the name under which a person appears in the releases of one project.

    It is an HMAC-SHA256 of the person's public id under the instance's secret. It stays the
    same from version to version of a project and cannot be linked between projects, nor back
    to the person, without the secret.
    """
    # The project is part of it: equal names in two releases would let a lab join what a person
    # said in both.
    text = f"evalhub.annotator/1\n{project}\n{person}"
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"annotator-{digest[:_PSEUDONYM_LENGTH]}"


def _hash(content: list[object]) -> str:
    # orjson's form of texts and whole numbers is the canonical one, and there are no others here:
    # ids are made twice for each pair of a project, and Python's encoder took ten times as long.
    return hashlib.sha256(orjson.dumps(content)).hexdigest()[:_ID_LENGTH]
