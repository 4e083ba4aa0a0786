"""Alerts are named so that a finding is told once until there is twice as much behind it."""

from evalhub.core.reviewing.alerts import alert_key


def test_the_same_finding_is_told_again_when_judgments_have_doubled() -> None:
    keys = [alert_key(1, 2, "side", n) for n in (32, 63, 64)]

    assert keys[0] == keys[1] != keys[2]
