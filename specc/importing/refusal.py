"""How the conversion of one object ends early: with the finding that says why.

Raised by the pieces that convert objects, caught where a layer or a setting is whole, so that each gives one finding.
"""

from typing import NoReturn

from specc.diagnostics import Finding, Span, error

CLOSED = "a spec holds no code, so only what Keras itself offers can be written in one"


class RefusalError(Exception):
    """An object of a saved model cannot be written in a spec. `finding` says which and why."""

    def __init__(self, finding: Finding) -> None:
        """With the finding to report."""
        super().__init__(finding.message)
        self.finding = finding


def refuse(code: str, message: str, span: Span, help_text: str = "") -> NoReturn:
    """End the conversion of the object at hand."""
    raise RefusalError(error(code, message, span, help=help_text))


def no_counterpart(message: str, span: Span, help_text: str = CLOSED) -> NoReturn:
    """End it because specs have nothing that means the same."""
    raise RefusalError(error("no-counterpart", message, span, help=help_text))
