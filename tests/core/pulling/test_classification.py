"""Only a complete, non-empty reply is an answer."""

import pytest

from evalhub.core.pulling.classification import is_end, is_end_unknown, status_of
from evalhub.core.pulling.outcomes import Reply
from evalhub.core.responses import ResponseStatus


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        pytest.param(Reply("Yes."), ResponseStatus.ANSWERED, id="no finish reason"),
        pytest.param(Reply("Yes.", finish_reason="stop"), ResponseStatus.ANSWERED, id="stop"),
        pytest.param(Reply(" \n\t"), ResponseStatus.EMPTY, id="white space"),
        pytest.param(Reply("\x00"), ResponseStatus.EMPTY, id="only NUL"),
        pytest.param(Reply("\u200b\ufeff \u2800"), ResponseStatus.EMPTY, id="nothing visible"),
        pytest.param(Reply("\u200b."), ResponseStatus.ANSWERED, id="one visible character"),
        pytest.param(Reply("", reasoning="Hm."), ResponseStatus.EMPTY, id="only reasoning"),
        pytest.param(Reply("", finish_reason="tool_calls"), ResponseStatus.EMPTY, id="tools"),
        pytest.param(Reply("Ye", finish_reason="length"), ResponseStatus.TRUNCATED, id="length"),
        pytest.param(
            Reply("", finish_reason="length"), ResponseStatus.TRUNCATED, id="empty at the limit"
        ),
        pytest.param(
            Reply("Ye", finish_reason="MAX_TOKENS"), ResponseStatus.TRUNCATED, id="in capitals"
        ),
        pytest.param(
            Reply("Par", finish_reason="PROHIBITED_CONTENT"), ResponseStatus.REFUSED, id="Gemini"
        ),
        *(
            pytest.param(Reply("Ye", finish_reason=reason), ResponseStatus.TRUNCATED, id=reason)
            for reason in ("max_output_tokens", "incomplete", "model_context_window_exceeded")
        ),
        *(
            pytest.param(Reply("Ye", finish_reason=reason), ResponseStatus.REFUSED, id=reason)
            for reason in ("guardrail_intervened", "content_filtered", "LANGUAGE", "IMAGE_SAFETY")
        ),
        pytest.param(Reply("", refusal="No."), ResponseStatus.REFUSED, id="refusal field"),
        pytest.param(
            Reply("Par", finish_reason="content_filter"), ResponseStatus.REFUSED, id="filter"
        ),
        pytest.param(
            Reply("", refusal="No.", finish_reason="length"),
            ResponseStatus.REFUSED,
            id="refusal outranks length",
        ),
    ],
)
def test_a_reply_is_what_it_is(reply: Reply, status: ResponseStatus) -> None:
    assert status_of(reply) is status


@pytest.mark.parametrize(
    ("reason", "is_known"),
    [
        ("end_turn", True),
        ("END_TURN", True),
        ("max_tokens", True),
        ("SAFETY", True),
        ("a_new_end", False),
        ("", False),
        (None, False),
    ],
)
def test_only_a_known_reason_is_an_end(reason: str | None, *, is_known: bool) -> None:
    assert is_end(reason, whole=frozenset({"end_turn"})) is is_known


@pytest.mark.parametrize(
    ("reply", "limit", "is_unknown"),
    [
        pytest.param(Reply("Yes."), None, True, id="nothing"),
        pytest.param(Reply("Yes.", completion_tokens=3), None, True, id="a count alone"),
        pytest.param(Reply("Yes."), 9, True, id="a limit alone"),
        pytest.param(Reply("Yes.", completion_tokens=3), 9, False, id="both"),
        pytest.param(Reply("Yes.", finish_reason="eos"), None, False, id="a reason"),
        pytest.param(Reply("", refusal="No."), None, False, id="a refusal"),
        pytest.param(Reply("Yes.", completion_tokens=0), 9, True, id="nothing counted"),
        pytest.param(Reply("", completion_tokens=0), 9, True, id="a model being loaded"),
        pytest.param(Reply("\u200b", completion_tokens=3), 9, True, id="nothing visible"),
        pytest.param(Reply("", completion_tokens=9), 9, False, id="all spent on reasoning"),
    ],
)
def test_an_end_is_told_by_a_reason_or_by_a_count_below_a_limit(
    reply: Reply, limit: int | None, *, is_unknown: bool
) -> None:
    assert is_end_unknown(reply, limit=limit) is is_unknown


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        pytest.param(Reply("Ye", completion_tokens=9), ResponseStatus.TRUNCATED, id="at it"),
        pytest.param(Reply("Yes.", completion_tokens=8), ResponseStatus.ANSWERED, id="below"),
        pytest.param(
            Reply("Yes.", finish_reason="stop", completion_tokens=9),
            ResponseStatus.ANSWERED,
            id="ended at it",
        ),
    ],
)
def test_only_without_a_reason_does_a_count_at_the_limit_cut(
    reply: Reply, status: ResponseStatus
) -> None:
    assert status_of(reply, limit=9) is status
