"""Tests that share a costly set-up run in one process, so that it is made once."""

import pytest


@pytest.mark.xdist_group("together")
def test_a_group_is_known_to_what_deals_tests_out(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        return  # One process runs everything, or tests are dealt out by another rule.

    assert request.node.nodeid.endswith("@together")
