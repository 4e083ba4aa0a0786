"""The parser of Markdown: what threads of a new process share is whole before they begin."""

import subprocess
import sys

# The tables are no part of the library's interface, but nothing else tells whether they are full
# before the first text: threads that meet in a half full one fail in one process of three.
READS_A_LINK = """
from mdurl import _decode, _encode
from evalhub.web.markdown_rules import make_parser
parser = make_parser()
before = [len(_decode.decode_cache), len(_encode.encode_cache)]
parser.render("See [a](https://example.org/a?b=c) and <https://example.org/d>.")
print(before == [len(_decode.decode_cache), len(_encode.encode_cache)], min(before))
"""


def test_the_first_link_of_a_process_fills_no_table_that_threads_share() -> None:
    told = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", READS_A_LINK], capture_output=True, text=True, check=True
    )

    assert told.stdout == "True 1\n"
