"""The names that Keras gives to layers which have none, so that a script only writes those that differ."""

import re

from specc.component import Argument, Component
from specc.graph.drafts import default_name

_MAKES_OTHERS = {
    "MultiHeadAttention": r"softmax|dropout",
    "GroupQueryAttention": r"softmax|dropout",
    "AugMix": r"random_.*|auto_contrast|solarization",
    "RandAugment": r"random_.*|auto_contrast|solarization",
}
"""Layers that make layers of other types for themselves, and what those are called."""


class AutomaticNames:
    """Keras' counters: `dense`, `dense_1`, … in the order in which layers without names are made."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._uncertain: list[str] = []

    def next(self, type_name: str) -> str | None:
        """What Keras would call the next layer of this type; None if that is not certain."""
        return self.next_of(default_name(type_name))

    def next_of(self, base: str) -> str | None:
        """As `next`, for a name that is counted."""
        if any(re.fullmatch(pattern, base) for pattern in self._uncertain):
            return None
        count = self._counts.get(base, 0)
        return f"{base}_{count}" if count else base

    def count(self, base: str) -> None:
        """Note that a name has been given."""
        self._counts[base] = self._counts.get(base, 0) + 1

    def note(self, component: Component) -> None:
        """Note what making this component counts beside itself."""
        if component.kind == "op":
            self._uncertain.append(re.escape(default_name(component.type)))
        if component.type in _MAKES_OTHERS:
            self._uncertain.append(_MAKES_OTHERS[component.type])
        for value in component.arguments.values():
            self._inside(value)

    def _inside(self, value: Argument) -> None:
        if isinstance(value, Component):
            if value.kind == "layer":
                self.count(default_name(value.type))
            self.note(value)
        elif isinstance(value, list):
            for item in value:
                self._inside(item)
