"""What Keras says of its types + what the overlay says -> complete facts of every type.

`specc.catalog.generate` brings the first half. Anything that one half knows and the other does not is a fault of ours,
reported whole as `CatalogError`. Writes nothing and does not import Keras.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from specc.catalog.entries import NO_DEFAULT, Entry
from specc.catalog.overlay import AUTOMATIC, ENTRIES, LEFT_OUT
from specc.catalog.overlay.arguments import BY_KIND, COMMON
from specc.catalog.overlay.excluded import EXCLUDED
from specc.catalog.overlay.layers_core import OUTPUT
from specc.catalog.types import Type, nullable

# Parameters of calls that are wires; every other one is an argument, or is named here as Keras' own business.
_WIRES = frozenset(
    {
        *("inputs", "x", "data", "sequences", "sequence", "query", "value", "key", "mask", "query_mask", "value_mask"),
        *("key_mask", "attention_mask", "initial_state", "states", "count_weights"),
        *("x1", "x2", "xs", "a", "b", "y", "array", "tensor", "variable", "indices", "condition", "bias"),
        *("segment_ids", "weights"),
    }
)
_KERAS_OWN = frozenset({"training"})
_OWN_KINDS = ("dataset", "strategy")
_UNIVERSAL = {"dtype": None, "trainable": True}


class CatalogError(Exception):
    """Keras and the overlay disagree; the message lists every place."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What introspection tells of one public name: parameters with their defaults, `NO_DEFAULT` where there is none.

    `call` is the signature of a layer's `call`; None for what is no layer. `open` says that the constructor also takes
    what its base class takes.
    """

    path: str
    parameters: Mapping[str, object]
    call: Mapping[str, object] | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class MergedArgument:
    """One argument, complete."""

    type: Type
    required: bool
    default: object
    at_call: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """One type, complete. The fields are those of `specc.catalog.catalog.EntryFacts`."""

    path: str | None
    family: str
    about: str
    first: str | None
    arguments: Mapping[str, MergedArgument]
    call: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


def merge(keras: Mapping[str, Mapping[str, Signature]]) -> dict[str, dict[str, Merged]]:
    """Complete facts by kind and type, in the order of the overlay.

    `keras` maps a kind to the public names of its module. Raises CatalogError if a public name of Keras is neither in
    the overlay nor excluded, or the overlay knows a type or an argument that Keras does not have.
    """
    faults = list(_faults(keras))
    merged: dict[str, dict[str, Merged]] = {}
    for kind, families in ENTRIES.items():
        merged[kind] = {}
        for family, entries in families.items():
            for name, entry in entries.items():
                signature = _signature(kind, family, name, keras)
                if signature is None and not _ours(kind, name):
                    faults.append(f"{kind} {name}: Keras has no such name")
                    continue
                try:
                    key = f"ops.{name}" if kind == "op" else name
                    merged[kind][key] = _merge(kind, family, name, entry, signature)
                except CatalogError as fault:
                    faults.append(str(fault))
    if faults:
        raise CatalogError("\n".join(faults))
    merged["layer"]["Output"] = _output(merged["layer"]["Dense"])
    return merged


def _faults(keras: Mapping[str, Mapping[str, Signature]]) -> Iterator[str]:
    for kind, excluded in EXCLUDED.items():
        known = {name for family in ENTRIES[kind].values() for name in family}
        yield from (
            f"{kind} {name}: excluded, but Keras has no such name" for name in excluded.keys() - keras[kind].keys()
        )
        yield from (f"{kind} {name}: both excluded and described" for name in excluded.keys() & known)
        missing = keras[kind].keys() - known - excluded.keys()
        yield from (f"{kind} {name}: neither described nor excluded" for name in sorted(missing))


def _ours(kind: str, name: str) -> bool:
    return kind in _OWN_KINDS or name in AUTOMATIC.get(kind, ())


def _signature(kind: str, family: str, name: str, keras: Mapping[str, Mapping[str, Signature]]) -> Signature | None:
    if _ours(kind, name):
        return None
    if kind == "activation" and family == "layer":
        return keras["layer"].get(name)
    found = keras[kind].get(name)
    if found and kind == "activation":
        return replace(found, parameters={})  # a function is named by a word, which leaves no room for arguments
    return found


def _merge(kind: str, family: str, name: str, entry: Entry, signature: Signature | None) -> Merged:
    parameters = dict(signature.parameters) if signature else {}
    at_call = dict(signature.call or {}) if signature else {}
    if kind == "op":  # a function is nothing but its call; what has a type in the overlay is an argument, not a wire
        at_call = {wire: default for wire, default in parameters.items() if wire in _WIRES - entry.types.keys()}
        parameters = {argument: default for argument, default in parameters.items() if argument not in at_call}
    wires = {wire: default for wire, default in at_call.items() if wire not in _KERAS_OWN}
    if kind != "op":
        wires = {wire: default for wire, default in wires.items() if wire not in entry.extra}
    types = _Types(kind, name, entry)
    if unknown := (entry.types.keys() - parameters.keys()) | (wires.keys() - _WIRES):
        raise CatalogError(f"{types}: {sorted(unknown)} are arguments of one half only")
    parameters = {name: default for name, default in parameters.items() if name not in LEFT_OUT.get(kind, {})}
    first = next(iter(parameters), None) if entry.first == "" else entry.first
    if signature and signature.call is not None and signature.open:
        parameters |= {argument: default for argument, default in _UNIVERSAL.items() if argument not in parameters}
    arguments = {argument: _argument(types.of(argument), default) for argument, default in parameters.items()}
    for argument, extra in entry.extra.items():
        found = _argument(types.described(argument, extra.type), extra.default)
        later = kind != "op" and argument in at_call
        arguments[argument] = replace(found, required=extra.required, at_call=later)
    if first is not None and first not in arguments:
        raise CatalogError(f"{types}: the first argument {first} does not exist")
    return Merged(
        path=signature.path if signature else None,
        family=family,
        about=entry.about,
        first=first,
        arguments=arguments,
        call={wire: entry.call.get(wire, "tensor") for wire in wires},
        needs=tuple(wire for wire, default in wires.items() if default is NO_DEFAULT and wire not in entry.extra),
    )


@dataclass(frozen=True, slots=True)
class _Types:
    """The types of one type's arguments: its own exceptions, then its kind's table, then the common one."""

    kind: str
    name: str
    entry: Entry

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    def of(self, argument: str) -> Type:
        found = self.entry.types.get(argument) or self._usual(argument)
        if found is None:
            raise CatalogError(f"{self}: argument {argument} has no type")
        return self.described(argument, found)

    def described(self, argument: str, found: Type) -> Type:
        """The type with the table's text if it has none of its own."""
        usual = self._usual(argument)
        about = found.about or (usual.about if usual else "")
        if not about:
            raise CatalogError(f"{self}: argument {argument} has no description")
        return replace(found, about=about)

    def _usual(self, argument: str) -> Type | None:
        return BY_KIND.get(self.kind, {}).get(argument) or (COMMON.get(argument) if self.kind != "op" else None)


def _argument(found: Type, default: object) -> MergedArgument:
    typed = nullable(found) if default is None else found  # what Keras leaves empty may be left empty in words too
    return MergedArgument(typed, required=default is NO_DEFAULT, default=default)


def _output(dense: Merged) -> Merged:
    arguments = {name: argument for name, argument in dense.arguments.items() if name != "units"}
    return replace(dense, path=None, about=OUTPUT, first=None, arguments=arguments)
