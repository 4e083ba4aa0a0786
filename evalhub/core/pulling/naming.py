"""Find text in which a model tells who it is, before an annotator could read it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from evalhub.core.pulling.families import family_introductions

MODELS = (
    *(
        "ChatGPT",
        r"GPT-?[345](?:[.-]?[A-Za-z0-9])*",
        "InstructGPT",
        "Claude",
        "Gemini",
        "Bard",
        "PaLM",
        "LaMDA",
    ),
    *("Gemma", "Llama", "LLaMA", "Alpaca", "Vicuna", "Mistral", "Mixtral", "Qwen", "Tongyi"),
    *("DeepSeek", "Grok", "Command R", "Phi-?[0-9]", r"Yi-\d+", "Kimi", "ChatGLM", "Ernie"),
    *(
        r"GLM-?\d(?:[.-]?[A-Za-z0-9])*",
        "Doubao",
        "Hunyuan",
        "MiniMax",
        "Jamba",
        "OLMo",
        "Nemotron",
        "WizardLM",
    ),
    *("Open ?Assistant", "Pythia", "Dolly", "StableLM", r"Falcon-\d+\w*", "Bing Chat"),
)
MAKERS = (
    *("OpenAI", "Anthropic", "Google(?: DeepMind| AI)?", "DeepMind", "Meta(?: AI)?", "xAI"),
    *("Mistral(?: AI)?", "Microsoft", "Alibaba(?: Cloud)?", "Cohere", "Amazon", "Baidu", "Tencent"),
    *("ByteDance", "Moonshot AI", "Zhipu(?: AI)?", "NVIDIA", "IBM", "AI21(?: Labs)?", "LMSYS"),
    *("Hugging ?Face", "Databricks", "Inflection(?: AI)?", "Stability AI", "Nous Research", "TII"),
    *("Aleph Alpha", "LAION", "MiniMax", "EleutherAI", "Allen Institute for AI", "Ai2"),
)
_WORDS = frozenset(
    {
        *("Gemini", "Bard", "PaLM", "LaMDA", "Gemma", "Llama", "Alpaca", "Vicuna", "Mistral"),
        *("Grok", "Command R", "Phi-?[0-9]", "Kimi", "Ernie", "Dolly", "Google(?: DeepMind| AI)?"),
        *("Meta(?: AI)?", "Mistral(?: AI)?", "Amazon", "Cohere", "Inflection(?: AI)?", "LLaMA"),
    }
)
"""Names that mean something else in small letters (a palm tree, to google, a llama)."""


def _spelled(names: Sequence[str]) -> str:
    """Return a pattern for any of ``names``, in any case unless it is an ordinary word."""
    each = [f"{name}|{name.upper()}" if name in _WORDS else f"(?i:{name})" for name in names]
    return _bounded("|".join(each))


def _bounded(pattern: str) -> str:
    """Return ``pattern`` between boundaries that look at Latin letters only.

    Chinese and Japanese put no space before a name.
    """
    return rf"(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z])"


_NAMING = (
    "\\bI\\sam|\\bI['\\u2019]m|\\bmy\\sname\\sis|\\bcall\\sme|\\bich\\sbin|\\bmein\\sName\\sist|"
    "\\bje\\ssuis|\\bje\\sm['\\u2019]appelle|\\bme\\sllamo|\\bmi\\schiamo|\\beu\\ssou|\\bmimi\\sni|"
    "我是|我叫|私は"
)
_FIRST_PERSON = (
    f"(?i:{_NAMING}|\\bthis\\sis|\\bsoy|\\bsono|"
    "\\bas (?:an? )?(?:AI|LLM|large language|language model|assistant|chatbot))"
)
_MADE = (
    "(?i:made|created|developed|trained|built|designed|fine-?tuned|released|entwickelt|"
    "développé|desarrollado|sviluppato|desenvolvido|开发|訓練|训练)"
)
_NEWLINE = r"[ \t]{0,3}\r?\n[ \t]{0,3}"
# A line may be wrapped before a small letter; before a capital a new thought may begin, so
# there the newline has to be all that stands between.
_GAP = rf"(?:{_NEWLINE}|(?:[^.!?\n]|(?<!\n)\n(?=[a-z])){{0,40}}?)"
_MODEL = _spelled(MODELS)
_MAKER = _spelled(MAKERS)
_MODEL_ANY_CASE = _bounded(f"(?i:{'|'.join(MODELS)})")
_LIKELY = re.compile(_bounded(f"(?i:{'|'.join((*MODELS, *MAKERS))})"))
"""A name in any case. Nearly all text holds none, and looking for one is far cheaper."""
_LETTERS = re.compile("[A-Za-z]+")
_FIRST_WORDS = frozenset(
    word.lower()
    for name in (*MODELS, *MAKERS)
    # A blank that may be left out joins the first word to the next.
    for word in (_LETTERS.findall(name)[0], _LETTERS.findall(name.replace(" ?", ""))[0])
)
"""How names begin. A text without any such word holds no name, which is told at a fraction of the
cost of looking for each name at each place."""
_LOOKALIKES = re.compile("[\u0130\u0131\u017f\u212a]")
"""What counts as an i, s or k where case is ignored, and is no letter of the words above."""
_MADE_WORD = re.compile(_MADE)
_KNOWN = re.compile(f"{_MODEL}|{_MAKER}")
_NAMED = (
    re.compile(rf"{_FIRST_PERSON}{_GAP}{_MODEL}"),
    re.compile(rf"(?i:{_NAMING})(?:{_NEWLINE}|[ \t,:]{{0,3}}){_MODEL_ANY_CASE}"),
    re.compile(rf"\b(?i:as)\s{_MODEL}"),
)
_MADE_BY = (
    re.compile(rf"{_FIRST_PERSON}{_GAP}{_MADE}{_GAP}{_MAKER}"),
    re.compile(rf"{_FIRST_PERSON}{_GAP}{_MAKER}{_GAP}{_MADE}"),
    re.compile(rf"\b(?i:I\s(?:was|have been)){_GAP}{_MADE}{_GAP}{_MAKER}"),
    re.compile(rf"{_MAKER}\s{_MADE}\s(?i:me)\b"),
)
_REACH = 200
"""Characters around a name, or a word such as "made", in which an introduction must lie."""
# A single newline ends no sentence, unless a blank line or an item of a list follows.
_SENTENCE = re.compile(r"[.!?](?=\s|$)|[。\uff01\uff1f]|\r?\n(?=[ \t]{0,8}(?:\r?\n|[-*#>\d]))")
_MINIMUM_NAME = 4
LIMIT = 200


def names_itself(text: str, names: Sequence[str] = ()) -> str | None:
    """Return the first passage in which ``text`` names its model or maker, or None.

    ``names`` are the endpoint's own names (model, slug): they count wherever they stand, and
    a family's name in them ("Aspen" of aspen-small) where the text introduces itself by it.
    Known models and makers count only where the text speaks of itself, because an answer
    may well be about them. The passage is cut to 200 characters.
    """
    # The earliest, so that the passage shown to a researcher is where a reader would meet it.
    found = [*_introductions(text), *_own(text, names), *family_introductions(text, names)]
    return min(found, key=re.Match.start).group()[:LIMIT] if found else None


def naming_spans(text: str, names: Sequence[str] = ()) -> list[tuple[int, int]]:
    """Return where ``text`` gives its model or maker away: (start, end), in order, disjoint.

    These are all passages that ``names_itself`` looks for, and in each sentence in which
    the text introduces itself every known model and maker.
    """
    introductions = _merged(match.span() for match in _introductions(text))
    own = [m.span() for m in (*_own(text, names), *family_introductions(text, names))]
    return _merged((*introductions, *_told_in_sentences(text, introductions), *own))


def _told_in_sentences(text: str, passages: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the span of each known name in the sentences that ``passages`` stand in."""
    ends = [0, *(m.end() for m in _SENTENCE.finditer(text)), len(text)] if passages else []
    sentences = (
        (ends[bisect_right(ends, start) - 1], ends[bisect_left(ends, end)])
        for start, end in passages
    )
    for start, end in _merged(sentences):
        yield from (m.span() for m in _KNOWN.finditer(text, start, end))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ``spans`` in order, those that overlap joined into one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _introductions(text: str) -> Iterator[re.Match[str]]:
    """Yield each introduction in ``text``, looking only near what it must contain.

    Each pattern tries some forty lengths of gap; without this a long text of openings that
    lead nowhere would take seconds.
    """
    if _FIRST_WORDS.isdisjoint(_LETTERS.findall(text.lower())) and not _LOOKALIKES.search(text):
        return
    for start, end in _near(_LIKELY, text, 0, len(text)):
        for pattern in _NAMED:
            yield from pattern.finditer(text, start, end)
        for first, last in _near(_MADE_WORD, text, start, end):
            for pattern in _MADE_BY:
                yield from pattern.finditer(text, first, last)


def _near(anchor: re.Pattern[str], text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of ``text[start:end]`` within reach of an ``anchor``."""
    return _merged(
        (max(start, hit.start() - _REACH), min(end, hit.end() + _REACH))
        for hit in anchor.finditer(text, start, end)
    )


def _own(text: str, names: Sequence[str]) -> Iterator[re.Match[str]]:
    """Yield each place in ``text`` where one of the endpoint's own ``names`` stands."""
    folded = text.lower()
    for name in _variants(names):
        if name.lower() in folded:
            yield from _whole(name).finditer(text)


def _variants(names: Sequence[str]) -> list[str]:
    """Return each name, and its last part when it is a path such as ``org/model``."""
    every = [part for name in names for part in (name, name.rsplit("/", 1)[-1])]
    # "nova" or "base" may be any word of an answer; a digit or a hyphen makes a name of it.
    return [name for name in every if len(name) >= _MINIMUM_NAME and not name.isalpha()]


def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
