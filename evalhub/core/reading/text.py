"""Decode bytes as UTF-8 text and refuse everything else with its place."""

from evalhub.errors import BadInput

UTF8_MARK = b"\xef\xbb\xbf"
# The order matters: the UTF-16 mark FF FE is also how the UTF-32 mark FF FE 00 00 starts.
BYTE_ORDER_MARKS = (
    (UTF8_MARK, "a UTF-8 byte order mark; save the file as UTF-8 without one"),
    (b"\xff\xfe\x00\x00", "a UTF-32 byte order mark; save the file as UTF-8"),
    (b"\x00\x00\xfe\xff", "a UTF-32 byte order mark; save the file as UTF-8"),
    (b"\xff\xfe", "a UTF-16 byte order mark; save the file as UTF-8"),
    (b"\xfe\xff", "a UTF-16 byte order mark; save the file as UTF-8"),
)


def decode_text(data: bytes, *, where: str, may_have_mark: bool = False) -> str:
    """Return ``data`` as text; with ``may_have_mark``, without a UTF-8 byte order mark before it.

    Raise ``BadInput`` for a byte order mark, a NUL byte, or bytes that are not UTF-8
    (encoded surrogates are not), naming the byte offset and the line.
    """
    if not (may_have_mark and data.startswith(UTF8_MARK)):
        refuse_byte_order_mark(data, where=where)
    nul = data.find(b"\x00")
    if nul >= 0:
        raise BadInput.at(where, f"has a NUL byte {place_in(data, nul)}; text must be UTF-8")
    try:
        # Cut off after decoding, so that the offsets in errors are those in the file.
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        byte = data[error.start]
        raise BadInput.at(
            where, f"byte 0x{byte:02X} {place_in(data, error.start)} is not UTF-8"
        ) from error


def is_utf8(text: str) -> bool:
    """Tell whether ``text`` has a form in UTF-8.

    Names and arguments that are not UTF-8 reach Python as text with half surrogates in it:
    it prints as it came and fails wherever it is stored, deep in a transaction.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def refuse_byte_order_mark(data: bytes, *, where: str) -> None:
    """Raise ``BadInput`` when ``data`` starts with a byte order mark."""
    for mark, rule in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            raise BadInput.at(where, f"starts with {rule}")


def place_in(data: bytes, offset: int) -> str:
    """Name a place in ``data`` by byte offset (from 0) and, where it has several, line (from 1)."""
    # One line is often a line of a larger file, whose number ``where`` tells: a second
    # number, always 1, would send people to the wrong place.
    if b"\n" not in data:
        return f"at byte {offset}"
    line = data.count(b"\n", 0, offset) + 1
    return f"at byte {offset} (line {line})"
