r"""What the published schema says about the language: kinds of components, types and arguments, the sections' keys.

The schema's conventions, which `specc.catalog` generates and the faults' words rely on:

- A component kind K is `$defs/K`: `if` a string, `then` one of the types that need no arguments, `else` a mapping whose
  `properties` refer to `$defs/K.Type`. A layer entry is such a definition with node keys among the properties.
- `$defs/K.Type`: `if` a mapping, `then` the arguments by name, `else` the schema of the first argument.
- Everything that is not a string also allows a string of the pattern `^\$`: an expression, for editors.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
_REFERENCE = "#/$defs/"
_COMMENTS = ("description", "markdownDescription", "default", "title", "examples")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the schema a part stands: in the definition `name`, as the branch "", "then" or "else" of it."""

    name: str
    branch: str
    definition: Schema

    @property
    def is_type(self) -> bool:
        """Whether this is the definition of one type (`layer.Dense`) and not of a kind or a section."""
        return "." in self.name


@dataclass(slots=True)
class SchemaMap:
    """A schema, with its parts found by identity. Made only when there is a fault to explain."""

    root: Schema
    places: dict[int, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Notes the parts of every definition."""
        for name, definition in self.root.get("$defs", {}).items():
            for branch in ("", "then", "else"):
                part = definition.get(branch) if branch else definition
                if isinstance(part, dict):
                    self.places[id(part)] = Place(name, branch, definition)

    def place(self, part: Schema) -> Place | None:
        """Where `part` stands, if it is a definition or a branch of one."""
        return self.places.get(id(part))

    def definition(self, reference: str) -> Schema:
        """The definition that a `$ref` names."""
        found: Schema = self.root.get("$defs", {}).get(reference.removeprefix(_REFERENCE), {})
        return found

    def kind_of(self, part: Schema) -> str | None:
        """The kind of components that the mapping `part` holds, or None if it is no such mapping."""
        return next((kind for kind, _ in self._type_references(part)), None)

    def types(self, part: Schema) -> list[str]:
        """The type keys of a component mapping."""
        return [key for key, value in part.get("properties", {}).items() if _is_type_reference(value)]

    def types_of(self, kind: str) -> list[str]:
        """The types of a kind of components."""
        return self.types(self.definition(kind).get("else", {}))

    def words_of(self, kind: str) -> list[str]:
        """What stands for a component of a kind by itself: types that need no arguments, and their other names."""
        forms = self.definition(kind).get("then", {}).get("anyOf", ())
        return [word for form in forms for word in form.get("enum", ())]

    def keys(self, part: Schema) -> list[str]:
        """The keys of a mapping that are no types and can be written: node keys, arguments, the keys of a section."""
        named = part.get("properties", {}).items()
        return [key for key, value in named if not _is_type_reference(value) and not key.startswith("(")]

    def _type_references(self, part: Schema) -> Iterator[tuple[str, str]]:
        for value in part.get("properties", {}).values():
            if _is_type_reference(value):
                kind, _, name = value["$ref"].removeprefix(_REFERENCE).partition(".")
                yield kind, name

    def kinds_with(self, name: str) -> list[str]:
        """The kinds that have a type called `name`."""
        return [key.partition(".")[0] for key in self.root.get("$defs", {}) if key.partition(".")[2] == name]

    def arguments(self, reference_or_name: str) -> Schema:
        """The argument schemas by name of a type (`layer.Dense`)."""
        definition = self.definition(reference_or_name)
        found: Schema = definition.get("then", {}).get("properties", {})
        return found

    def first_argument(self, definition: Schema) -> str | None:
        """The argument that a scalar stands for, found by its schema, which the two places share."""
        wanted = _bare(definition.get("else", {}))
        same = [name for name, part in definition["then"].get("properties", {}).items() if _bare(part) == wanted]
        required = definition["then"].get("required", ())
        return next((name for name in same if name in required), same[0] if same else None)

    def sections_with(self, key: str) -> list[str]:
        """The sections, as dotted paths, that have a key of this name; the top level is empty text."""
        found = [""] if key in self.root.get("properties", {}) else []
        for section, part in self.root.get("properties", {}).items():
            for name, inner in self._parts(part):
                if name == key:
                    found.append(section)
                elif any(deeper == key for deeper, _ in self._parts(inner)):
                    found.append(f"{section}.{name}")
        return list(dict.fromkeys(found))

    def components_with(self, argument: str) -> list[str]:
        """The keys of sections, as dotted paths, whose components have an argument of this name."""
        return [
            f"{section}.{name}"
            for section, part in self.root.get("properties", {}).items()
            for name, inner in self._parts(part)
            if any(argument in self.arguments(f"{kind}.{type_name}") for kind, type_name in self._components(inner))
        ]

    def _components(self, part: Schema) -> Iterator[tuple[str, str]]:
        return self._type_references(self.definition(part.get("$ref", "")).get("else", {}))

    def _parts(self, part: Schema) -> Iterator[tuple[str, Schema]]:
        """The keys of a section, whichever form of it has them; types of components are not keys."""
        if part.get("$ref", "").startswith(_REFERENCE):
            part = self.definition(part["$ref"])
        for form in (part, part.get("then", {}), part.get("else", {}), *part.get("anyOf", ()), *part.get("allOf", ())):
            if isinstance(form, dict) and not any(self._type_references(form)):
                for key in self.keys(form):
                    yield key, form["properties"][key]


def _is_type_reference(part: Schema) -> bool:
    return isinstance(part, dict) and "." in part.get("$ref", "").removeprefix(_REFERENCE)


def _bare(part: Schema) -> Schema:
    """A schema without what is only for readers, and without null, which the short form may allow beside."""
    bare = {key: value for key, value in part.items() if key not in _COMMENTS}
    if isinstance(bare.get("type"), list):
        listed = sorted(kind for kind in bare["type"] if kind != "null")
        bare["type"] = listed[0] if len(listed) == 1 else listed
    if set(bare) == {"if", "else"} and bare["if"] == {"type": "null"}:
        return _bare(bare["else"])
    return bare
