"""Blocks, repeats and parallels -> a flat model document, by the language's rules and by code of its own.

Comes from plain data and gives plain data; checks nothing. What the layers of two flat models mean is compared by
`meaning`, which knows that an argument left out has its default.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from specc.catalog import Catalog, load
from specc.graph.drafts import default_name, layer_kind
from specc.language.expressions import evaluate, parse

NODE_KEYS = ("name", "inputs", "outputs", "share", "repeat")
Tap = tuple["Layer | str", int]


@dataclass(eq=False)
class Layer:
    """One layer of the flat model; wires lead to layers or to inputs' names."""

    type: str
    arguments: Any
    prefix: str
    written: str | None
    wires: Any
    outputs: tuple[str, ...] = ()
    share: "Layer | None" = None
    name: str = ""


@dataclass
class Scope:
    """What names mean in one place."""

    prefix: str
    variables: dict[str, Any]
    taps: dict[str, Tap] = field(default_factory=dict)
    outer: "Scope | None" = None
    counts: dict[str, int] = field(default_factory=dict)

    def find(self, name: str) -> Tap:
        if name in self.taps:
            return self.taps[name]
        assert self.outer is not None, f"nothing is called {name}"
        return self.outer.find(name)

    def inner(self, prefix: str, variables: Mapping[str, Any]) -> "Scope":
        return Scope(prefix, {**self.variables, **variables}, outer=self)


def unfold(document: Mapping[str, Any]) -> dict[str, Any]:
    """The flat model document for `{"blocks": …, "model": …}`."""
    model = document["model"]
    unfolding = _Unfolding(document.get("blocks", {}), load())
    root = Scope("", {})
    root.taps = {name: (name, 0) for name in model["inputs"]}
    if len(model["inputs"]) == 1:
        root.taps.setdefault("input", (next(iter(model["inputs"])), 0))
    first: Tap = (next(iter(model["inputs"])), 0)
    last = unfolding.chain(model["layers"], root, first)
    unfolding.call(set(model["inputs"]))
    written = model.get("outputs")
    if written is None:
        ends = {_name(last): last}
    elif isinstance(written, dict):
        ends = {name: unfolding.late(root, reference) for name, reference in written.items()}
    else:
        ends = {name: unfolding.late(root, name) for name in written}
    layers = [unfolding.entry(layer) for layer in unfolding.layers]
    return {"inputs": model["inputs"], "layers": layers, "outputs": {name: _name(tap) for name, tap in ends.items()}}


class _Unfolding:
    def __init__(self, blocks: Mapping[str, Any], catalog: Catalog) -> None:
        self.blocks, self.catalog = blocks, catalog
        self.layers: list[Layer] = []

    def chain(self, entries: list[Any], scope: Scope, before: Tap) -> Tap:
        for entry in entries:
            before = self.repeated({entry: None} if isinstance(entry, str) else entry, scope, before)
        return before

    def repeated(self, entry: Mapping[str, Any], scope: Scope, before: Tap) -> Tap:
        if "repeat" not in entry:
            return self.placed(entry, scope, before)
        count = filled(entry["repeat"], scope.variables)
        assert isinstance(count, int)
        name = entry.get("name")
        copy = {key: value for key, value in entry.items() if key not in ("repeat", "inputs", "outputs")}
        for index in range(count):
            own = scope.inner(scope.prefix, {"index": index})
            if name is not None and not re.search(r"\$(\([^)]*)?\bindex\b", name):
                copy["name"] = name if count == 1 else f"{name}_{index}"
            given = {"inputs": entry["inputs"]} if index == 0 and "inputs" in entry else {}
            if "layers" in copy:
                called = filled(copy.get("name"), own.variables)
                inside = own.inner(f"{scope.prefix}{called}_" if called else scope.prefix, {})
                before = self.chain(copy["layers"], inside, before)
            else:
                before = self.placed({**copy, **given}, own, before)
                scope.taps |= own.taps
        return before

    def placed(self, entry: Mapping[str, Any], scope: Scope, before: Tap) -> Tap:
        name = filled(entry.get("name"), scope.variables)
        wires = self.wires(filled(entry.get("inputs"), scope.variables), scope, before)
        key = next((key for key in entry if key not in NODE_KEYS), "share")
        value = filled(entry[key], scope.variables) if key not in ("parallel", "layers") else entry[key]
        if key in self.blocks:
            tap = self.block(key, value, wires, f"{scope.prefix}{name}_" if name else scope.prefix)
            if name:
                scope.taps[name] = tap
        elif key == "layers":
            return self.chain(value, scope, wires)
        elif key == "parallel":
            ends = [self.chain(branch, scope, wires) for branch in value["branches"]]
            merge = filled(value["merge"], scope.variables)
            merge_type, arguments = next(iter(merge.items())) if isinstance(merge, dict) else (merge, None)
            tap = self.layer(Layer(merge_type, arguments, scope.prefix, name, ends), scope)
        else:
            outputs = tuple(filled(entry.get("outputs", []), scope.variables))
            tap = self.layer(Layer(key, value, scope.prefix, name, wires, outputs), scope)
        for port, output in enumerate(filled(entry.get("outputs", []), scope.variables)):
            scope.taps[output] = (tap[0], port)
        return tap

    def layer(self, made: Layer, scope: Scope) -> Tap:
        if made.type == "share":
            owner = scope.find(made.arguments)[0]
            assert isinstance(owner, Layer)
            made.share = owner
        self.layers.append(made)
        local = made.written
        if local is None:
            base = default_name(made.type)
            number = scope.counts.get(base, 0)
            scope.counts[base] = number + 1
            local = f"{base}_{number}" if number else base
        scope.taps.setdefault(local, (made, 0))
        return made, 0

    def block(self, name: str, given: Any, wires: Any, prefix: str) -> Tap:
        body = self.blocks[name]
        body = {"layers": body} if isinstance(body, list) else body
        params = body.get("params", {})
        params = dict.fromkeys(params) if isinstance(params, list) else params
        if given is not None and not isinstance(given, dict):
            given = {next(iter(params)): given}
        scope = Scope(prefix, {**params, **(given or {})})
        words = body.get("inputs", ["input"])
        taps = wires if isinstance(wires, list) else [wires]
        assert len(words) == len(taps)
        scope.taps = dict(zip(words, taps, strict=True))
        return self.chain(body["layers"], scope, taps[0])

    def wires(self, inputs: Any, scope: Scope, before: Tap) -> Any:
        match inputs:
            case None:
                return before
            case str():
                return scope.find(inputs)
            case list():
                return [scope.find(name) for name in inputs]
        return {key: self.wires(value, scope, before) for key, value in inputs.items()}

    def call(self, taken: set[str]) -> None:
        """Gives every layer its name in full."""
        taken |= {f"{layer.prefix}{layer.written}" for layer in self.layers if layer.written}
        used: set[str] = set()
        for layer in self.layers:
            base = f"{layer.prefix}{layer.written or default_name(layer.type)}"
            layer.name = base
            number = 0
            while layer.name in used or (layer.name in taken and not (layer.written and number == 0)):
                number += 1
                layer.name = f"{base}_{number}"
            used.add(layer.name)

    def late(self, root: Scope, reference: str) -> Tap:
        return root.taps.get(reference) or next((layer, 0) for layer in self.layers if layer.name == reference)

    def entry(self, layer: Layer) -> dict[str, Any]:
        arguments = layer.arguments
        if layer.share is not None:
            arguments = layer.share.name
        elif arguments is not None and not isinstance(arguments, dict) and layer.type != "model":
            facts = self.catalog.find(layer_kind(layer.type, self.catalog), layer.type)
            assert facts is not None
            assert facts.first is not None
            arguments = {facts.first: arguments}
        made = {layer.type: arguments, "name": layer.name, "inputs": _written(layer.wires)}
        return made | ({"outputs": list(layer.outputs)} if layer.outputs else {})


def _name(tap: Tap) -> str:
    source, port = tap
    if isinstance(source, str):
        return source
    return source.outputs[port] if port else source.name


def _written(wires: Any) -> Any:
    match wires:
        case tuple():
            return _name(wires)
        case list():
            return [_name(tap) for tap in wires]
    return {key: _written(value) for key, value in wires.items()}


def filled(value: Any, variables: Mapping[str, Any]) -> Any:
    """The value with its variables filled in."""
    match value:
        case str():
            return evaluate(parse(value), variables)
        case list():
            return [filled(item, variables) for item in value]
        case dict():
            return {key: filled(item, variables) for key, item in value.items()}
    return value


def meaning(model: Mapping[str, Any], *, evaluated: bool = False) -> dict[str, Any]:
    """The model's layers by name, its outputs; the same for two flat models that mean the same."""
    catalog = load()
    ports: dict[str, str] = {}
    for entry in model["layers"]:
        ports |= {output: f"{entry['name']}:{port}" for port, output in enumerate(entry.get("outputs", ()))}
        ports[entry["name"]] = f"{entry['name']}:0"
    ports |= {name: name for name in model["inputs"]}
    return {
        "inputs": model["inputs"],
        "layers": {entry["name"]: _layer_meaning(entry, ports, catalog, evaluated) for entry in model["layers"]},
        "outputs": {name: ports[reference] for name, reference in model["outputs"].items()},
    }


def _layer_meaning(entry: Mapping[str, Any], ports: Mapping[str, str], catalog: Catalog, evaluated: bool) -> Any:
    type_name = next((key for key in entry if key not in NODE_KEYS), "share")
    arguments = entry[type_name] if evaluated else filled(entry[type_name], {})
    if isinstance(arguments, dict):
        arguments = dict(_not_implied(type_name, arguments, catalog)) or None
    return type_name, arguments, _through(entry["inputs"], ports)


def _not_implied(type_name: str, arguments: Mapping[str, Any], catalog: Catalog) -> Iterator[tuple[str, Any]]:
    facts = catalog.find(layer_kind(type_name, catalog), type_name)
    for name, value in sorted(arguments.items()):
        argument = facts.arguments.get(name) if facts else None
        default = argument.default if argument and argument.has_default else "none"
        several = [value] * len(default) if isinstance(default, list) and not isinstance(value, list) else value
        if repr(several) != repr(default):
            yield name, value


def _through(inputs: Any, ports: Mapping[str, str]) -> Any:
    match inputs:
        case str():
            return ports[inputs]
        case list():
            return [ports[name] for name in inputs]
    return {key: _through(value, ports) for key, value in inputs.items()}
