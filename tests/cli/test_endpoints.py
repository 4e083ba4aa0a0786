"""Endpoints are registered, changed, listed and retired from the command line."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.config import Settings

Run = Callable[..., Result]
ADD = (
    "add", "careful", "--model", "org/m", "--url", "https://models.example.com/v1",
)  # fmt: skip


@pytest.fixture
def run(settings: Settings) -> Run:
    """Give a function that runs ``evalhub endpoints …``."""
    runner = CliRunner()

    def run(*arguments: str) -> Result:
        return runner.invoke(main, ["endpoints", *arguments], obj=settings)

    return run


def test_an_endpoint_is_added_and_listed(run: Run) -> None:
    added = run(*ADD, "--key-env", "A_API_KEY", "--param", "temperature=0.7", "--simulated")

    assert (added.exit_code, added.output) == (0, "careful@1 is in use.\n")
    assert run("list").output == (
        "careful@1  org/m  chat_completions  https://models.example.com/v1  "
        "env:A_API_KEY  simulated\n"
    )


def test_a_dialect_is_chosen_and_checked(run: Run) -> None:
    messages = (*ADD, "--dialect", "anthropic_messages")

    refused = run(*messages)
    added = run(*messages, "--param", "max_tokens=900")

    assert "'max_tokens': must be set" in refused.output
    assert added.exit_code == 0
    assert "anthropic_messages" in run("list").output


def test_a_price_is_kept_whole(run: Run) -> None:
    half = run(*ADD, "--prompt-price", "0.15")
    whole = run(*(*ADD, "--prompt-price", "0.15", "--completion-price", "0.6", "--currency", "USD"))

    assert "price_currency: '' is not a code such as USD" in half.output
    assert whole.exit_code == 0


def test_adding_it_again_with_other_settings_makes_a_revision(run: Run) -> None:
    run(*ADD)

    changed = run(
        *(*ADD, "--concurrency", "2", "--attempts", "3", "--timeout", "9"),
        *("--rpm", "60", "--tpm", "9000"),
    )

    assert changed.output == "careful@2 is in use.\n"


def test_a_retired_endpoint_is_listed_only_when_asked_for(run: Run) -> None:
    run(*ADD)

    assert run("retire", "careful").output == "careful is retired.\n"
    assert run("list").output == "No endpoints; add one with `evalhub endpoints add`.\n"
    assert run("list", "--all").output.endswith("no key  retired\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((*ADD, "--param", "n=2"), "--param 'n': cannot be set here", id="reserved"),
        pytest.param((*ADD, "--param", "x"), "write it as name=value", id="no value"),
        pytest.param((*ADD, "--attempts", "99"), "max_attempts: must lie between", id="range"),
        pytest.param((*ADD, "--rpm", "0"), "requests_per_minute: must lie between", id="limit"),
        pytest.param((*ADD[:-1], "http://10.0.0.1"), "must use https", id="address"),
        pytest.param((*ADD, "--key-env", "sk-abc"), "name of an environment variable", id="key"),
        pytest.param(("retire", "nope"), "no endpoint 'nope' in use", id="unknown"),
    ],
)
def test_what_breaks_a_rule_is_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 1
    assert message in result.output
    assert "sk-abc" not in result.output


def test_variants_are_added_for_each_value(run: Run) -> None:
    run(*ADD)

    varied = run("vary", "careful", "--param", "temperature=0", "--param", "temperature=1")
    refused = run("vary", "careful", "--param", "n=2")

    assert (
        varied.output == "careful-temperature-0@1 is in use.\ncareful-temperature-1@1 is in use.\n"
    )
    assert (refused.exit_code, "cannot be set here" in refused.output) == (1, True)


def test_an_account_needs_a_limit_to_share(run: Run) -> None:
    refused = run(*ADD, "--account", "lab")
    added = run(*ADD, "--account", "lab", "--rpm", "60")

    assert "account: shares limits a minute, and none is given" in refused.output
    assert added.exit_code == 0
