"""The one form behind every component of a spec: a type and its arguments by name.

`Dense: 128`, `Dense: {units: 128}`, `Flatten` and `{Flatten: }` all become a `Component`. Layers, losses, optimizers,
schedules, data sources, … are components alike; arguments that take components hold components.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from specc.diagnostics import Span

Argument: TypeAlias = "bool | int | float | str | Component | list[Argument] | dict[str, Argument] | None"


@dataclass(frozen=True, slots=True)
class Component:
    """A component as written: only the arguments the spec gives, none of the defaults.

    `kind` is the catalog's kind (`layer`, `loss`, `dataset`, …). `span` marks the type, `spans` each argument's value.
    """

    kind: str
    type: str
    arguments: Mapping[str, Argument]
    span: Span
    spans: Mapping[str, Span] = field(default_factory=dict)

    def span_of(self, argument: str) -> Span:
        """Where the argument is written; the type's own place if it is left out."""
        return self.spans.get(argument, self.span)
