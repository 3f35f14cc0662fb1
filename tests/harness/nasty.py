"""Texts that somebody with bad intentions, or a cat on the keyboard, could write, and a strategy that joins them.

The one rule: a text ends with its mark, a word that nothing else says, so that a test finds it again wherever it is
shown, shortened texts apart. How a text begins is left as it is, because that is what commands and formulas live by.
"""

from __future__ import annotations

from hypothesis import strategies as st

MARK = "zq7x"

_COMMANDS = (
    "/close",
    "/close place yes",
    "/erase yes",
    "/start place-p1",
    "/close@palabre_bot",
    "!poll",
    '!sondage "Oui ?" oui, non',
    "\uff0fclose",
    " /stop",
    "#",
    "#skipped",
    "1",
    "1.abc.def",
    "1.abc.0",
    "m.1.0.ok",
    "m.1.1.approve",
    "v.jour.0",
    "c.erase.yes",
    "case 1 0 ok",
    "envoyer",
    "oui",
)
_MARKUP = (
    "<b>gras</b>",
    "</b></a>",
    "<b>pas fermé",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<!-- a",
    "--><h1>",
    "<![CDATA[ a ]]>",
    "]]>",
    "</textarea></title></style>",
    "&lt;b&gt;",
    "&amp;lt;",
    "&#60;b&#62;",
    "&nbsp;&copy",
    "[a](javascript:alert(1))",
    "[a](tg://user?id=1)",
    "![a](https://evil.example/x.png)",
    '<a href="https://evil.example">mairie</a>',
    "javascript:alert(1)",
    "data:text/html,<b>a",
    "*gras* _penché_ ~barré~ `code` ||caché||",
    "**gras** __x__ ```\ncode\n```",
    "> cité\n>> encore",
    "# Titre\n- liste\n1. liste",
    "<mx-reply>a</mx-reply>",
    "@room",
    "@everyone @palabre_bot",
    "<@U123> <!channel>",
    "$\\frac{1}{2}$",
    "$\\frac$",
    "$x^2$ $",
    "\\$5 & $6_a",
    "\\textbf{a} \\n \\u0000 \\",
)
_BLANKS = ("{left}", "{title} {n} {0} {}", "{{x}}", "{a.__class__}", "%s %d %(left)s %", "${HOME} $(id) `id`")
_FORMULAS = (
    "=1+1",
    "+33 6",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://evil.example","a")',
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(A1)",
    "   =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    '";=1+1;"',
    "a;=1+1",
    "a\t=1+1\n=2",
    "'=1+1",
    '"=1+1',
    "\u2212 1",
)
_SIGNS = (
    "\u202etnemirrus",
    "\u2066a\u2069 \u202a b \u202c \u200f",
    "a\u200bb\u200cc\u200dd\ufeff",
    "\u2028a\u2029b",
    "Z" + "\u0301" * 60 + "algo",
    "\x00a\x00",
    "\x1b[31mrouge\x1b[0m \x1b]0;titre\x07",
    "\x9b31m \x07\x08\x7f",
    "a\r\nBcc: b\r\n\r\nc",
    "a\nEND:VEVENT\nBEGIN:VEVENT",
    "a\n\n\n\n\n\n\n\nb",
    "\ud83d a \udc00",
    "😀😀😀😀😀😀😀😀",
    "👩‍👩‍👧‍👦🏳️‍🌈🇫🇷👍🏽",
    "\U000e0041\U000e007f a",
    "Ⓗⓣⓣⓟ://ｅｖｉｌ．ｅｘａｍｐｌｅ",
    "﷽" * 20,
    "مرحبا بالعالم",
    "a" * 4000,
    "<" * 900,
    "&" * 900,
    "é " * 2000,
    "\ufffd\ufffe\uffff",
    "NULL",
    "'; DROP TABLE proposals; --",
    "[object Object]",
    '{"k": 1, "l": "fr", "e": false}',
    "~!@#$%^&*()_+",
)
TEXTS = (*_COMMANDS, *_MARKUP, *_BLANKS, *_FORMULAS, *_SIGNS)


def marked(text: str) -> str:
    """The text as an adapter hands it over, without half characters, and with its mark behind it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") + f" {MARK}"


PIECES = st.sampled_from([text for text in TEXTS if len(text) < 100])
ANY = st.text(max_size=60)
STRATEGY = st.lists(PIECES | ANY, min_size=1, max_size=4).map("".join) | st.tuples(
    st.sampled_from(TEXTS), st.integers(1, 60)
).map(lambda one: (one[0] * one[1])[:4000])
