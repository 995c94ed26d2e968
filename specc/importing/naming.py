"""Names of a Keras model -> names of a spec: letters, digits, `_` and `-`, each once in its graph."""

import re
from collections.abc import Iterable

from specc.diagnostics import Finding, Span, warning

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_OTHER = re.compile(r"[^A-Za-z0-9_-]+")
OPEN_INPUT = "input"
"""What a spec calls the input of a model that names none."""
LONGEST = 200
"""Characters of a name. Keras sets no bound; a line of a spec needs one."""


class Names:
    """Gives names that are spec names and unlike each other; keeps those that are already."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        """Beside those that are `taken`, such as `OPEN_INPUT` where no input is called so."""
        self._taken = set(taken)
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

    def fresh(self, base: str) -> str:
        """`base`, numbered if it is taken."""
        name, count = base, 0
        while name in self._taken:
            count += 1
            name = f"{base}_{count}"
        self._taken.add(name)
        return name


def spec_name(name: str) -> str:
    """`name`, with what specs do not take in names replaced."""
    if len(name) <= LONGEST and _NAME.fullmatch(name):
        return name
    name = _OTHER.sub("_", name)[:LONGEST].strip("_") or "layer"
    return name if _NAME.fullmatch(name) else f"_{name}"
