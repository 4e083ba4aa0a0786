"""Find text in which a model tells who it is, before an annotator could read it."""

import re
from collections.abc import Sequence

MODELS = (
    *("ChatGPT", r"GPT-?[345][\w.-]*", "InstructGPT", "Claude", "Gemini", "Bard", "PaLM", "LaMDA"),
    *("Gemma", "Llama", "LLaMA", "Alpaca", "Vicuna", "Mistral", "Mixtral", "Qwen", "Tongyi"),
    *("DeepSeek", "Grok", "Command R", r"Phi-?\d", r"Yi-\d+", "Kimi", "ChatGLM", "Ernie"),
    *(r"GLM-?\d[\w.-]*", "Doubao", "Hunyuan", "MiniMax", "Jamba", "OLMo", "Nemotron", "WizardLM"),
    *("Open ?Assistant", "Pythia", "Dolly", "StableLM", r"Falcon-\d+\w*", "Bing Chat"),
)
MAKERS = (
    *("OpenAI", "Anthropic", "Google(?: DeepMind| AI)?", "DeepMind", "Meta(?: AI)?", "xAI"),
    *("Mistral(?: AI)?", "Microsoft", "Alibaba(?: Cloud)?", "Cohere", "Amazon", "Baidu", "Tencent"),
    *("ByteDance", "Moonshot AI", "Zhipu(?: AI)?", "NVIDIA", "IBM", "AI21(?: Labs)?", "LMSYS"),
    *("Hugging ?Face", "Databricks", "Inflection(?: AI)?", "Stability AI", "Nous Research", "TII"),
    *("Aleph Alpha", "LAION", "MiniMax", "EleutherAI", "Allen Institute for AI", "Ai2"),
)
_FIRST_PERSON = (
    "(?:\\bI am|\\bI['\\u2019]m|\\b[Mm]y name is|\\b[Cc]all me|\\b[Tt]his is|"
    "\\b[Aa]s (?:an? )?(?:AI|LLM|large language|language model|assistant|chatbot)|"
    "\\b[Ii]ch bin|\\b[Mm]ein Name ist|\\b[Jj]e suis|\\b[Jj]e m['\\u2019]appelle|\\b[Ss]oy|"
    "\\b[Mm]e llamo|\\b[Ss]ono|\\b[Mm]i chiamo|\\b[Ee]u sou|\\b[Mm]imi ni|我是|我叫|私は)"
)
_MADE = (
    "(?:made|created|developed|trained|built|designed|fine-?tuned|released|entwickelt|"
    "développé|desarrollado|sviluppato|desenvolvido|开发|訓練|训练)"
)
_GAP = r"[^.!?\n]{0,40}?"
# Boundaries look at Latin letters only: Chinese and Japanese put no space before a name.
_MODEL = rf"(?<![A-Za-z0-9_])(?:{'|'.join(MODELS)})(?![A-Za-z])"
_MAKER = rf"(?<![A-Za-z0-9_])(?:{'|'.join(MAKERS)})(?![A-Za-z])"
_STEMS = sorted({re.split(r"[^A-Za-z0-9]", name)[0] for name in (*MODELS, *MAKERS)})
"""The start of each name. Nearly all text holds none, and looking for them is far cheaper."""
_SENTENCES = (
    re.compile(rf"{_FIRST_PERSON}{_GAP}{_MODEL}"),
    re.compile(rf"\b[Aa]s {_MODEL}"),
    re.compile(rf"{_FIRST_PERSON}{_GAP}{_MADE}{_GAP}{_MAKER}"),
    re.compile(rf"{_FIRST_PERSON}{_GAP}{_MAKER}{_GAP}{_MADE}"),
    re.compile(rf"\bI (?:was|have been){_GAP}{_MADE}{_GAP}{_MAKER}"),
    re.compile(rf"{_MAKER} {_MADE} me\b"),
)
_MINIMUM_NAME = 4
LIMIT = 200


def names_itself(text: str, names: Sequence[str] = ()) -> str | None:
    """Return the first passage in which ``text`` names its model or maker, or None.

    ``names`` are the endpoint's own names (model, slug): they count wherever they stand.
    Known models and makers count only where the text speaks of itself, because an answer
    may well be about them. The passage is cut to 200 characters.
    """
    found: list[re.Match[str]] = []
    if any(stem in text for stem in _STEMS):
        found += [match for pattern in _SENTENCES if (match := pattern.search(text))]
    folded = text.lower()
    found += [
        match
        for name in _variants(names)
        if name.lower() in folded and (match := _whole(name).search(text))
    ]
    if not found:
        return None
    return min(found, key=re.Match.start).group()[:LIMIT]


def _variants(names: Sequence[str]) -> list[str]:
    """Return each name, and its last part when it is a path such as ``org/model``."""
    every = [part for name in names for part in (name, name.rsplit("/", 1)[-1])]
    return [name for name in every if len(name) >= _MINIMUM_NAME and not name.isalpha()]


def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
