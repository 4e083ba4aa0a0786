"""Hash passwords, and refuse those that are guessed first.

Hashing is slow on purpose, so pages do it before they open the transaction that writes:
on SQLite everybody else would wait for it.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from evalhub.errors import BadInput, Problem, Sentence

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 1000
FEWEST_DIFFERENT = 5
COMMON = frozenset(
    {
        *("abc", "abcd", "admin", "administrator", "asdf", "asdfgh", "asdfghjkl", "baseball"),
        *("changeme", "default", "demo", "dragon", "evalhub", "football", "guest", "hello"),
        *("iloveyou", "letmein", "login", "master", "monkey", "pass", "passw", "password"),
        *("princess", "qwert", "qwerty", "qwertyuiop", "secret", "shadow", "sunshine"),
        *("superman", "test", "testing", "trustno", "user", "welcome", "yxcvbnm", "zxcvbnm"),
    }
)
"""Words that, repeated or with digits and signs around them, lists of passwords begin with."""

# Costly on purpose: whoever stole the table pays this for every guess. 32 MiB is what a small
# server can spare for each of a few people who sign in at once.
HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class NewPassword:
    """Carry a password that passed the rules, as its hash."""

    hash: str


def new_password(password: str, *, email: str, where: str = "password") -> NewPassword:
    """Check a password against the rules and hash it; raise ``BadInput`` with each broken rule."""
    rules = broken_rules(password, email=email)
    if rules:
        raise BadInput([Problem(where, rule) for rule in rules])
    return NewPassword(HASHER.hash(_normal(password)))


def broken_rules(password: str, *, email: str) -> list[str]:
    """Return the rules that a password breaks; there is none about kinds of characters."""
    if len(password) < MINIMUM_LENGTH:
        return [
            Sentence(
                "needs at least %(least)s characters; a few unrelated words are easiest",
                least=MINIMUM_LENGTH,
            )
        ]
    # Hashing costs its length too, so a password of a megabyte would be a way to hold the server
    # up.
    if len(password) > MAXIMUM_LENGTH:
        return [Sentence("has more than %(most)s characters", most=MAXIMUM_LENGTH)]
    # Compared without case, as whoever guesses does; the hash is over the password as it was
    # typed.
    folded = _normal(password).casefold()
    if folded in {email.casefold(), email.casefold().partition("@")[0]}:
        return [Sentence("is the e-mail address")]
    if len(set(folded)) < FEWEST_DIFFERENT:
        return [Sentence("has fewer than %(fewest)s different characters", fewest=FEWEST_DIFFERENT)]
    if _is_common(folded):
        return [Sentence("is only digits, signs or words that are guessed first")]
    return []


def is_password(password: str, stored: str | None) -> bool:
    """Tell whether ``password`` is the one behind ``stored``.

    Without a stored hash the same work is done for nothing, so that the time it takes does
    not tell whether an account exists.
    """
    try:
        # A longer one than any that was set is cut, not refused: refusing at once would be quicker
        # than a wrong password and cost nothing to try.
        HASHER.verify(
            _nobodys_hash() if stored is None else stored, _normal(password[: MAXIMUM_LENGTH + 1])
        )
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def _is_common(folded: str) -> bool:
    """Tell whether only common words are left once digits and signs are taken away."""
    words = [word for word in re.split(r"[\W\d_]+", folded) if word]
    return all(_splits_into_common(word) for word in words)


def _splits_into_common(word: str) -> bool:
    """Tell whether ``word`` is common words in a row, as ``passwordpass`` is."""
    reached = {0}
    for end in range(1, len(word) + 1):
        if any(word[start:end] in COMMON for start in reached):
            reached.add(end)
    return len(word) in reached


def _normal(password: str) -> str:
    """Return the one form of a password that keyboards write in several."""
    return unicodedata.normalize("NFKC", password)


# Made once: made anew each time, an unknown address would take twice as long as a known one.
@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this password")
