"""Read a strict subset of YAML, of which JSON is a part, into values that know their line.

YAML 1.1 turns ``label: Yes`` into true, ``010`` into eight and ``2026-11-21`` into a date, lets
a key appear twice and lets a kilobyte of aliases stand for gigabytes. Here a plain value is
text unless it is ``true``, ``false``, ``null`` or a decimal number; what YAML 1.1 would read as
anything else must be quoted; and aliases, anchors, tags, merge keys and repeated keys are refused.
"""

import math
import re

import yaml

from evalhub.core.rubrics.spots import MAX_DEPTH, Findings, Scalar, Spot, key_path

MAX_BYTES = 200_000
"""Thirteen times the longest rubric that ships. The parser takes up to 30 µs a byte for the
densest text, so a file of this size holds a worker for seconds and one of a megabyte for half
a minute."""

_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_TRAPS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
# The lengths are bounded because Python refuses to convert very long digit strings.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,4})?")
_YAML_1_1_NUMBER = re.compile(
    r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|\.(?:inf|Inf|INF)|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"
    r"|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)"
    r"|\.(?:nan|NaN|NAN)"
)


def read_text(text: str | bytes, findings: Findings, *, max_bytes: int = MAX_BYTES) -> str:
    """Return ``text`` decoded from UTF-8; raise ``BadInput`` if it cannot be or is too large."""
    try:
        raw = text.encode("utf-8") if isinstance(text, str) else text
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise findings.fatal("is not UTF-8", line=line) from error
    except UnicodeEncodeError as error:
        line = error.object.count("\n", 0, error.start) + 1
        raise findings.fatal("holds half of a surrogate pair", line=line) from error
    if len(raw) > max_bytes:
        raise findings.fatal(f"holds {len(raw):,} bytes; at most {max_bytes:,} are read")
    if decoded.startswith("\ufeff"):
        raise findings.fatal("starts with a byte order mark; save it without one", line=1)
    if "\0" in decoded:
        line = decoded.count("\n", 0, decoded.index("\0")) + 1
        raise findings.fatal("holds a NUL character", line=line)
    return decoded


def read_yaml(text: str, findings: Findings) -> Spot:
    """Return the one document in ``text``; raise ``BadInput`` if its syntax is broken.

    Repeated keys and values that must be quoted are recorded in ``findings`` and reading goes
    on, so that they are all reported together.
    """
    if text.lstrip().startswith("{"):
        # JSON allows tabs between tokens and nowhere else; YAML does not know them there.
        text = text.replace("\t", " ")
    try:
        node = _StrictLoader(text).get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        rule = f"holds the character U+{ord(text[error.position]):04X}"
        raise findings.fatal(rule, line=line) from error
    except _Refusal as error:
        raise findings.fatal(str(error), line=error.line) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise findings.fatal(f"is not readable: {error.problem}", line=line) from error
    except (ValueError, OverflowError) as error:
        # PyYAML passes escapes such as \U99999999 and over-long version numbers to Python.
        raise findings.fatal(f"is not readable: {error}") from error
    if node is None:
        raise findings.fatal("is empty")
    return _spot_of_node(node, findings, "")


class _Refusal(yaml.YAMLError):
    """Report YAML that is well formed and not allowed here."""

    def __init__(self, rule: str, event: yaml.Event) -> None:
        super().__init__(rule)
        self.line = event.start_mark.line + 1 if event.start_mark else None


class _StrictLoader(yaml.SafeLoader):
    """Compose nodes without aliases, anchors, tags or implicit types, to a bounded depth."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  PyYAML reads the class attribute by this name

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # so in its stubs
        self._refuse(event)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Refusal(f"nests deeper than {MAX_DEPTH} levels", event)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    # Refusing at the event keeps an alias from ever being resolved.
    def _refuse(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise _Refusal("aliases (*) are not allowed", event)
        if getattr(event, "anchor", None) is not None:
            raise _Refusal("anchors (&) are not allowed", event)
        if getattr(event, "tag", None) is not None:
            raise _Refusal("tags (!) are not allowed", event)


def _spot_of_node(node: yaml.Node, findings: Findings, path: str) -> Spot:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return Spot(_mapping(node, findings, path), path, line)
    if isinstance(node, yaml.ScalarNode):
        return Spot(_scalar(node, findings, path), path, line)
    items = (_spot_of_node(item, findings, f"{path}[{n}]") for n, item in enumerate(node.value))
    return Spot(tuple(items), path, line)


def _mapping(node: yaml.MappingNode, findings: Findings, path: str) -> dict[str, Spot]:
    spots: dict[str, Spot] = {}
    # PyYAML would keep the last of two equal keys without a word, so the pairs are read as such.
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        is_scalar = isinstance(key_node, yaml.ScalarNode)
        key = _scalar(key_node, findings, path) if is_scalar else None
        if not isinstance(key, str):
            findings.add("a key must be text; quote it", path=path, line=line)
        elif key == "<<":
            findings.add("merge keys (<<) are not allowed", path=path, line=line)
        elif key in spots:
            findings.add(f"the key {key!r} appears twice", path=path, line=line)
        else:
            spots[key] = _spot_of_node(value_node, findings, key_path(path, key))
    return spots


def _scalar(node: yaml.ScalarNode, findings: Findings, path: str) -> Scalar:
    value: str = node.value
    line = node.start_mark.line + 1
    # Whoever quotes a value means text, whatever it looks like; only a plain one is interpreted.
    if node.style is None:
        return _plain(value, findings, path=path, line=line)
    try:
        # JSON writes a character beyond U+FFFF as two escapes; this joins them again.
        return value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        findings.add("holds half of a surrogate pair", path=path, line=line)
        return value


def _plain(value: str, findings: Findings, *, path: str, line: int) -> Scalar:
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value) and math.isfinite(float(value)):
        return float(value)
    if value.lower() in _TRAPS:
        rule = f"{value} is read as true, false or null by other YAML readers; quote it"
        findings.add(rule, path=path, line=line)
    elif _YAML_1_1_NUMBER.fullmatch(value):
        rule = f"{value[:40]} is read as different numbers by different YAML readers; quote it"
        findings.add(rule, path=path, line=line)
    return value
