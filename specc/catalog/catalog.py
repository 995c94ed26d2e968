"""The generated facts of every type -> lookups for the checker; and the published schemas by name.

Reads catalog.json, which `python -m specc.catalog.generate` writes; imports neither Keras nor the overlay.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple


class ArgumentFacts(NamedTuple):
    """One argument of a type.

    `default` is Keras' own and means nothing if `has_default` is false: an argument may be optional without one.
    `component` is the kind whose components it takes, `many` whether as a list. `path` says that it names a file
    relative to the spec, unless it is a list or, for the weights of an application, the word `imagenet`. `real`
    says that it is one real number: where a spec has an integer, some types of Keras still want a float. `at_call` says
    that Keras takes it at the layer's call, not in the constructor.
    """

    name: str
    required: bool = False
    default: Any = None
    has_default: bool = False
    component: str | None = None
    many: bool = False
    path: bool = False
    real: bool = False
    at_call: bool = False


class EntryFacts(NamedTuple):
    """One type.

    `name` is the type's own name, also when it was found by another one. `path` is where Keras has it, None for what
    specc defines or Keras resolves itself. `first` is the argument that a bare value means, None if that form does not
    exist. `call` maps the call's wires, in order, to "tensor" or "tensors" (a list of them); `needs` are those that it
    cannot do without.
    """

    name: str
    kind: str
    path: str | None
    family: str
    about: str
    first: str | None
    arguments: Mapping[str, ArgumentFacts]
    call: Mapping[str, str]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every type by kind; `keras` is the version that it describes.

    The kinds are layer, application, op (types named `ops.NAME`), activation, initializer, regularizer, constraint,
    loss, metric, optimizer, schedule, callback, dataset and strategy.
    """

    keras: str
    aliases: Mapping[str, Mapping[str, str]]
    _kinds: Mapping[str, Mapping[str, Mapping[str, Any]]]
    _found: dict[tuple[str, str], EntryFacts] = field(default_factory=dict, repr=False, compare=False)

    def find(self, kind: str, type_name: str) -> EntryFacts | None:
        """The facts of a type, by its own name or another of Keras' (`mse`, `MaxPool2D`); None if unknown."""
        name = self.aliases.get(kind, {}).get(type_name, type_name)
        written = self._kinds.get(kind, {}).get(name)
        if written is None:
            return None
        if (kind, name) not in self._found:
            self._found[kind, name] = _entry(kind, name, written)
        return self._found[kind, name]

    def names(self, kind: str) -> tuple[str, ...]:
        """The types of a kind by their own names, sorted."""
        return tuple(self._kinds[kind])

    def kinds(self) -> tuple[str, ...]:
        """The kinds."""
        return tuple(self._kinds)


@cache
def load() -> Catalog:
    """The catalog of the Keras version that this version of specc is made for."""
    written = json.loads(Path(__file__).with_name("catalog.json").read_bytes())
    return Catalog(written["keras"], written["aliases"], written["kinds"])


def schema_path(name: str) -> Path:
    """Where a published schema lies, such as `spec-v1`: inside an installed package, or in a checkout.

    Raises FileNotFoundError if there is none of that name.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "schemas", package.parent / "schemas"):
        path = folder / f"{name}.schema.json"
        if path.is_file():
            return path
    raise FileNotFoundError(f"no published schema is called {name}")


@cache
def load_schema(name: str) -> dict[str, Any]:
    """The content of a published schema. It is shared: do not change it."""
    schema: dict[str, Any] = json.loads(schema_path(name).read_bytes())
    return schema


def _entry(kind: str, name: str, written: Mapping[str, Any]) -> EntryFacts:
    arguments = {
        argument: ArgumentFacts(argument, has_default="default" in facts, **facts)
        for argument, facts in written["arguments"].items()
    }
    return EntryFacts(
        name=name,
        kind=kind,
        path=written["path"],
        family=written["family"],
        about=written["about"],
        first=written["first"],
        arguments=arguments,
        call=written["call"],
        needs=tuple(written["needs"]),
    )
