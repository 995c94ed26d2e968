"""One error of jsonschema, with what is needed to tell it: where it stands in the tree and in the schema.

Says how a finding calls its subject, and where it points. What the message is, `specc.language.schema_faults` decides.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from jsonschema.exceptions import ValidationError

from specc.diagnostics import Finding, Label, Span, error
from specc.language.schema_map import Place, SchemaMap
from specc.language.tree import Mapping, Node, Path, descend

Schema: TypeAlias = dict[str, Any]
_Json: TypeAlias = Any  # a value of the spec or of the schema, as json.loads gives it


@dataclass(frozen=True, slots=True)
class Fault:
    """An error of jsonschema with what is needed to tell it: where it stands in the tree and in the schema."""

    error: ValidationError
    path: Path
    tree: Node
    map: SchemaMap

    @property
    def schema(self) -> Schema:
        """The part of the schema that does not hold."""
        part: Any = self.error.schema  # in jsonschema's types it may be a boolean
        return part  # type: ignore[no-any-return]

    @property
    def value(self) -> _Json:
        """The part of the spec that it is about."""
        return self.error.instance

    @property
    def keyword(self) -> str:
        """The keyword of JSON Schema that does not hold."""
        return str(self.error.validator)

    @property
    def limit(self) -> _Json:
        """What the schema says behind that keyword."""
        return self.error.validator_value

    @property
    def place(self) -> Place | None:
        """Which definition of the schema the part belongs to, if to one."""
        return self.map.place(self.schema)

    @property
    def node(self) -> Node:
        """The part of the spec with its place."""
        return descend(self.tree, self.path)

    @property
    def is_about_key(self) -> bool:
        """Whether the schema's `propertyNames` refuses a key, and not the value."""
        return isinstance(self.value, str) and isinstance(self.node, Mapping)

    @property
    def key(self) -> str:
        """The nearest key above the fault; the type's name in a component's arguments.

        What the composition puts into parentheses is called as it was written.
        """
        return next((step.strip("()") for step in reversed(self.path) if isinstance(step, str)), "")

    @property
    def subject(self) -> str:
        """What is wrong, as a reader would call it: `kernel_size[0]`, the `units` of a `Dense`, the spec."""
        if self.is_about_key:
            return "a key" if not self.key else f"a key of `{self.key}`"
        place = self.place
        if place and place.is_type and place.branch == "else":
            first = self.map.first_argument(place.definition)
            return f"`{first}` of `{self.key}`" if first else f"`{self.key}`"
        kind = next(iter(self.map.kinds_with(self.key)), None) if self.path and self.path[-1] == self.key else None
        definition = self.map.definition(f"#/$defs/{kind}.{self.key}")
        first = self.map.first_argument(definition) if "then" in definition else None
        if first:  # the first argument is itself a component, or a number that stands for one
            return f"`{first}` of `{self.key}`"
        if not self.key:
            return "the spec" if not self.path else f"item {self.path[-1]}"
        last = last_key(self.path)
        steps = "".join(f"[{step}]" for step in self.path[last + 1 :])
        above = f"{self.path[last - 1]}." if self.key.isdigit() and last else ""  # a class says nothing alone
        return f"`{above}{self.key}{steps}`"

    def told(self, code: str, message: str, *, at: Span | None = None, **details: Any) -> list[Finding]:
        """A finding, at the value or key in question unless `at` says otherwise; `details` are its other fields."""
        node = self.node
        span = at or (self.key_span(self.value) if self.is_about_key else node.span)
        if node.origin and at in (None, node.span):
            details["labels"] = (*details.get("labels", ()), Label(node.origin, "its value comes from here"))
        return [error(code, message, span, **details)]

    def key_span(self, key: str) -> Span:
        """The place of a key of the value."""
        node = self.node
        entry = node.entry(key) if isinstance(node, Mapping) else None
        return entry.key_span if entry else node.span

    def map_above(self) -> tuple[str, ...]:
        """The keys that stand beside the one that the fault is under."""
        above = descend(self.tree, self.path[:-1]) if self.path else None
        return tuple(entry.key for entry in above) if isinstance(above, Mapping) else ()

    def own_key_span(self) -> Span:
        """The place of the key above the value; the value's own if that is an item of a list or everything."""
        if self.path and isinstance(self.path[-1], str):
            parent = descend(self.tree, self.path[:-1])
            entry = parent.entry(self.path[-1]) if isinstance(parent, Mapping) else None
            if entry:
                return entry.key_span
        return self.node.span


def last_key(path: Path) -> int:
    """The number of the last step that is a key; -1 if all are indices."""
    return max((i for i, step in enumerate(path) if isinstance(step, str)), default=-1)
