"""The spec's text with light colours: comments, keys, strings, numbers. Escaped here, character for character."""

import re

from markupsafe import Markup, escape

from specc.reporting.text import visible

_TOKENS = re.compile(
    r"""
    (?P<comment>(?:(?<=\s)|^)\#.*)
  | (?P<key>(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z_][\w.$-]*(?:[ ][\w.$-]+){0,7})(?=\s*:(?:\s|$)))
  | (?P<string>"(?:[^"\\\n]|\\.)*"|'[^'\n]*')
  | (?P<variable>\$\w+|\$\([^)\n]*\))
  | (?P<number>(?<![\w.$-])[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.]))
    """,
    re.VERBOSE | re.MULTILINE,
)


def highlight(spec: str) -> Markup:
    """`spec` as HTML for a `<pre>`; nothing but `<span>` is added."""
    text = visible(spec)
    parts: list[Markup] = []
    end = 0
    for token in _TOKENS.finditer(text):
        parts.append(escape(text[end : token.start()]))
        parts.append(Markup('<span class="{}">{}</span>').format(f"y-{token.lastgroup}", token[0]))
        end = token.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)
