"""A spec with everything written out -> the same spec as a person would write it.

What the language implies is left out: wires to the layer before, names that a layer gets anyway, the last layer as the
output, mappings with a layer's first argument alone. The meaning stays: every document here is plain data of a spec.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from specc.catalog import Catalog, EntryFacts
from specc.composition.entries import GROUP_TYPES, NODE_KEYS
from specc.graph.drafts import default_name
from specc.graph.naming import FreshNames
from specc.importing.spec_names import OPEN_INPUT

Document = dict[str, Any]

_NO_LAYERS = frozenset((*NODE_KEYS, *GROUP_TYPES))
"""Keys of an entry that are no type of a layer and no block."""
_KINDS = {"loss": "loss", "optimizer": "optimizer", "metrics": "metric"}
_PLAIN = frozenset({"LeakyReLU", "Constant", "MaxNorm", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"})
"""Types beside those that need it whose first argument says what it is without its name."""


def shorten(spec: Document, catalog: Catalog) -> Document:
    """The whole document: `model`, `models`, `blocks` and `training`, other keys as they are."""
    short = {key: _SECTIONS[key](value, catalog) if key in _SECTIONS else value for key, value in spec.items()}
    return short | ({"model": _model(spec["model"], catalog, spec.get("blocks"))} if "model" in spec else {})


def _model(model: Document, catalog: Catalog, blocks: Any = None) -> Any:  # noqa: ANN401  plain data
    layers = list(model["layers"])
    inputs, outputs = dict(model.get("inputs") or {}), model.get("outputs")
    plain = all(_is_plain(entry) for entry in layers)
    if plain:
        unnamed = _unnamed(layers, inputs)
    else:
        unnamed = _models_called_as_they_are(layers, catalog) | _alone(layers, inputs, blocks)
    short = _chain(layers, next(iter(inputs), "input") if len(inputs) < 2 else None)
    last = layers[-1].get("name") if layers and isinstance(layers[-1], dict) else None
    written: Document = {"inputs": {name: _input(given) for name, given in inputs.items()}} if inputs else {}
    written |= {key: value for key, value in model.items() if key not in ("inputs", "layers", "outputs")}
    written["layers"] = [_layer(_without_name(entry, unnamed), catalog) for entry in short]
    if isinstance(outputs, Mapping) and dict(outputs) != {last: last}:
        alike = all(name == wire for name, wire in outputs.items())
        names = list(outputs)
        written["outputs"] = (names if len(names) > 1 else names[0]) if alike else dict(outputs)
    elif outputs is not None and not isinstance(outputs, Mapping) and outputs not in (last, [last]):
        written["outputs"] = outputs
    return written["layers"] if set(written) == {"layers"} else written


def _models(models: Document, catalog: Catalog) -> Document:
    return {name: _model(model, catalog) for name, model in models.items()}


def _blocks(blocks: Document, catalog: Catalog) -> Document:
    """Blocks keep their names, which those who use them may refer to."""
    short: Document = {}
    for name, block in blocks.items():
        layers = block if isinstance(block, list) else block["layers"]
        several = not isinstance(block, list) and len(block.get("inputs") or ()) > 1
        written = [_layer(entry, catalog) for entry in _chain(layers, None if several else "input")]
        rest = {} if isinstance(block, list) else {key: value for key, value in block.items() if key != "layers"}
        short[name] = rest | {"layers": written} if rest else written
    return short


def _training(training: Document, catalog: Catalog) -> Document:
    short = dict(training)
    for key, kind in _KINDS.items():
        if key in short:
            short[key] = _components(short[key], kind, catalog)
    return short


def _components(value: Any, kind: str, catalog: Catalog) -> Any:  # noqa: ANN401
    """A component, a list of them, or those of each output by its name."""
    if isinstance(value, list):
        return [_components(item, kind, catalog) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and catalog.find(kind, next(iter(value))):
        return _component(value, kind, catalog)
    return {name: _components(item, kind, catalog) for name, item in value.items()}


def _input(given: Any) -> Any:  # noqa: ANN401
    usual = isinstance(given, dict) and given.get("dtype") in (None, "float32")
    return given["shape"] if usual and set(given) <= {"shape", "dtype"} else given


def _is_plain(entry: Any) -> bool:  # noqa: ANN401
    """Whether an entry is one layer and not more, as blocks, groups and repetitions are."""
    if not isinstance(entry, dict) or {"repeat", "parallel", "layers"} & entry.keys():
        return False
    return not any(key[:1].islower() and not key.startswith("ops.") for key in entry.keys() - _NO_LAYERS)


def _chain(layers: list[Any], first: str | None) -> list[Any]:
    """The entries without the `inputs` that are the entry before, or at the start the input called `first`."""
    short: list[Any] = []
    previous = first
    for entry in layers:
        if not isinstance(entry, dict):
            short.append(entry)
            previous = None
            continue
        follows = previous is not None and entry.get("inputs") == previous
        short.append({key: value for key, value in entry.items() if not (key == "inputs" and follows)})
        previous = entry.get("name")
    return short


def _unnamed(layers: list[Document], inputs: Mapping[str, Any]) -> set[str]:
    """The names that the layers would get if they were not written, as `specc.graph.drafts` gives them."""
    bases = {entry["name"]: _base(entry) for entry in layers if "name" in entry}
    free = {name for name, base in bases.items() if name.startswith(base)}
    while True:
        written = {name for name in bases if name not in free}
        fresh = FreshNames({*inputs, OPEN_INPUT, *written})
        others = {name for name, base in bases.items() if name in free and fresh(base) != name}
        if not others:
            return free
        free -= others


def _alone(layers: list[Any], inputs: Mapping[str, Any], blocks: Any) -> set[str]:  # noqa: ANN401  plain data
    """The names that layers beside blocks would get anyway: those of types that stand nowhere inside blocks."""
    single = [entry for entry in layers if isinstance(entry, dict) and _is_plain(entry)]
    other = [entry for entry in layers if not (isinstance(entry, dict) and _is_plain(entry))]
    inner = set(_words([other, blocks]))
    taken = {*inputs, OPEN_INPUT, *inner, *(entry["name"] for entry in single if "name" in entry)}
    found: dict[str, list[str]] = {}
    for entry in single:
        found.setdefault(_base(entry), []).append(entry.get("name") or "")
    bases = {default_name(word) for word in inner}
    free: set[str] = set()
    for base, names in found.items():
        expected = [base, *(f"{base}_{number}" for number in range(1, len(names)))]
        clash = any(re.fullmatch(rf"{re.escape(base)}(_\d+)*", word) for word in taken - {*names})
        if names == expected and base not in bases and not clash:
            free |= set(names)
    return free


def _words(value: Any) -> Iterator[str]:  # noqa: ANN401  plain data
    """Every word in a document, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)


def _models_called_as_they_are(layers: list[Any], catalog: Catalog) -> set[str]:
    """The names of nested models that are called like their keys, and like no layer without a name may be."""
    types = {default_name(name) for kind in ("layer", "op") for name in catalog.names(kind)}
    nested = [entry for entry in layers if isinstance(entry, dict) and "model" in entry]
    bases = [_base(entry) for entry in nested]
    called = {base for entry, base in zip(nested, bases, strict=True) if entry.get("name") == base}
    return {name for name in called if bases.count(name) == 1 and re.sub(r"(_\d+)+$", "", name) not in types}


def _without_name(entry: Any, unnamed: set[str]) -> Any:  # noqa: ANN401
    if not isinstance(entry, dict) or entry.get("name") not in unnamed:
        return entry
    return {key: value for key, value in entry.items() if key != "name"}


def _base(entry: Document) -> str:
    if "share" in entry:
        return f"{entry['share']}_again"
    if "model" in entry:
        return re.sub(r"\W", "_", str(entry["model"]))
    return default_name(next(key for key in entry if key not in _NO_LAYERS))


def _layer(entry: Any, catalog: Catalog) -> Any:  # noqa: ANN401
    """An entry with its components shortened, and a bare type as a word."""
    if not isinstance(entry, dict):
        return entry
    short: Document = {}
    for key, value in entry.items():
        if key == "layers":
            short[key] = [_layer(inner, catalog) for inner in _chain(value, None)]
        elif key == "parallel":
            branches = [[_layer(inner, catalog) for inner in _chain(branch, None)] for branch in value["branches"]]
            short[key] = value | {"branches": branches}
        elif key in _NO_LAYERS:
            short[key] = value
        else:
            kind = "op" if key.startswith("ops.") else "layer"
            ((_, short[key]),) = _mapping(_component({key: value}, kind, catalog)).items()
    keys = list(short)
    return keys[0] if len(keys) == 1 and short[keys[0]] is None else short


def _mapping(document: Any) -> Document:  # noqa: ANN401
    return document if isinstance(document, dict) else {document: None}


def _component(document: Document, kind: str, catalog: Catalog) -> Any:  # noqa: ANN401
    ((type_name, given),) = document.items()
    facts = catalog.find(kind, type_name)
    if facts is None or not isinstance(given, dict):
        return document
    arguments = {name: _argument(name, value, facts, catalog) for name, value in given.items()}
    if list(arguments) == [facts.first] and _speaks(facts) and not isinstance(arguments[str(facts.first)], dict | None):
        return {type_name: arguments[str(facts.first)]}
    return {type_name: arguments}


def _argument(name: str, value: Any, facts: EntryFacts, catalog: Catalog) -> Any:  # noqa: ANN401
    declared = facts.arguments.get(name)
    if declared is None or declared.component is None:
        return value
    return _components(value, declared.component, catalog)


def _speaks(facts: EntryFacts) -> bool:
    """Whether the bare first argument is clear: it has to be given, or everybody knows it."""
    needed = facts.first is not None and facts.arguments[facts.first].required
    return needed or facts.kind in ("regularizer", "optimizer") or facts.name in _PLAIN


_SECTIONS = {"blocks": _blocks, "models": _models, "training": _training}
