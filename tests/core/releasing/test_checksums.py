import pytest

from evalhub.core.releasing.checksums import checksums_text, is_safe_path, parse_checksums
from evalhub.core.releasing.files import FileFacts
from evalhub.errors import BadInput

A, B = "a" * 64, "b" * 64


def test_checksums_read_back_in_order() -> None:
    text = checksums_text([FileFacts("b/x.md", B, 1), FileFacts("a.md", A, 1)])

    assert text == f"{A}  a.md\n{B}  b/x.md\n"
    assert parse_checksums(text) == {"a.md": A, "b/x.md": B}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param("", "line 1: is not a hash", id="empty"),
        pytest.param(f"{A} a.md\n", "line 1: is not a hash", id="one space"),
        pytest.param(f"{A}  a.md\n{A.upper()}  b.md\n", "line 2: is not a hash", id="upper case"),
        pytest.param(f"{A}  ../a.md\n", "not a plain relative path", id="parent"),
        pytest.param(f"{A}  /etc/passwd\n", "not a plain relative path", id="absolute"),
        pytest.param(
            f"{A}  a.md\n{B}  a.md\n", "line 2: path 'a.md' stands there twice", id="twice"
        ),
    ],
)
def test_wrong_line_is_named(text: str, rule: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_checksums(text)

    assert rule in str(caught.value)


@pytest.mark.parametrize("path", [".hidden", "a/.b", "a//b", "a/", "a\\b", "a b", "é"])
def test_unsafe_paths(path: str) -> None:
    assert not is_safe_path(path)
