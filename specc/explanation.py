"""The page of a code: its Markdown text, and where it stands on the web."""

from pathlib import Path
from typing import Final

HOME: Final = "https://github.com/specc/specc"


def page(code: str) -> str:
    """The text of the page of `code`, from an installed package or from a checkout.

    Raises FileNotFoundError if there is none.
    """
    package = Path(__file__).parent
    for folder in (package, package.parent):
        path = folder / "docs" / "codes" / f"{code}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"no page explains {code}")


def address(code: str) -> str:
    """The address of the page of `code`."""
    return f"{HOME}/blob/main/docs/codes/{code}.md"
