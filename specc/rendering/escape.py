"""Text from a user's file, made safe to print: what would move the cursor or break XML is only shown."""

import re
from unicodedata import combining, east_asian_width

TAB_WIDTH = 4  # columns
# Control characters, surrogates, what is no character (XML may not hold it), and the marks that reorder text
# (CVE-2021-42574) or join words invisibly.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\ufffe\uffff]"
)


def escape(text: str) -> str:
    """`text` with unsafe characters as escapes; a tab is four blanks."""
    return _UNSAFE.sub(_shown, text)


def width(text: str) -> int:
    """How many columns escaped text takes in a terminal: East Asian wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code == 9:
        return " " * TAB_WIDTH
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
