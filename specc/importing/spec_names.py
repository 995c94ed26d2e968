"""Names of a Keras model -> names of a spec: letters, digits, `_` and `-`, each once in its graph."""

import re
from collections.abc import Set as AbstractSet

from specc.diagnostics import Finding, Span, warning
from specc.graph.naming import FreshNames

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_OTHER = re.compile(r"[^A-Za-z0-9_-]+")
OPEN_INPUT = "input"
"""What a spec calls the input of a model that names none."""
LONGEST = 200
"""Characters of a name. Keras sets no bound; a line of a spec needs one."""


class SpecNames:
    """Names of one graph that are spec names and unlike each other; `fresh` gives one that nothing else has."""

    def __init__(self, taken: AbstractSet[str] = frozenset()) -> None:
        """Beside those that are `taken`, such as `OPEN_INPUT` where no input is called so."""
        self.fresh = FreshNames(set(taken))
        self.renamed: list[Finding] = []

    def keep(self, name: str, span: Span) -> str:
        """`name` itself, or what comes closest; a warning in `renamed` says so."""
        fitting = spec_name(name)
        own = self.fresh(fitting)
        if own != name:
            message = f"`{name}` is called `{own}` in the spec"
            help_text = "each name is used once"
            if fitting != name:
                help_text = "names in specs have letters, digits, `_` and `-`"
            elif name == OPEN_INPUT:
                help_text = f"`{OPEN_INPUT}` is what the first layer takes"
            self.renamed.append(warning("renamed-layer", message, span, help=help_text))
        return own


def spec_name(name: str) -> str:
    """`name`, with what specs do not take in names replaced."""
    if len(name) <= LONGEST and _NAME.fullmatch(name):
        return name
    name = _OTHER.sub("_", name)[:LONGEST].strip("_") or "layer"
    return name if _NAME.fullmatch(name) else f"_{name}"
