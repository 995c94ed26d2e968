"""The words of a layer list: which entries belong to one scope, what they name, and how often that is asked for."""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from specc.composition.entries import items_of, values_of
from specc.emitting.expressions import UnsupportedError
from specc.emitting.sites import key_of, layer_type, shares
from specc.graph.drafts import default_name
from specc.graph.naming import FreshNames
from specc.language.tree import Mapping, Sequence, Value
from specc.language.tree import Node as Tree
from specc.language.variables import has_hole


@dataclass(slots=True)
class Scope:
    """What words mean in one place: variables. `defaults` are the words of layers without names, by their ids."""

    words: dict[str, str] = field(default_factory=dict)
    references: Counter[str] = field(default_factory=Counter)
    defaults: dict[int, str] = field(default_factory=dict)
    outer: "Scope | None" = None

    def find(self, word: str) -> str:
        """The variable that `word` means."""
        if word in self.words:
            return self.words[word]
        if self.outer is None:
            raise UnsupportedError(f"the word {word}")
        return self.outer.find(word)


def sharing(word: str) -> str:
    """The key under which `references` counts the entries that share the layer called `word`."""
    return f"share {word}"


def takes(item: Tree | None, word: str) -> bool:
    """Whether a single layer, or a use of a block, names `word` among its inputs."""
    if item is None or key_of(item, "repeat") is not None:
        return False
    if not shares(item) and layer_type(item).key in ("parallel", "layers"):
        return False
    inputs = key_of(item, "inputs")
    values = [entry.value for entry in inputs] if isinstance(inputs, Mapping) else values_of(inputs)
    return any(isinstance(value, Value) and value.value == word for value in values)


def output_words(node: Tree | None) -> list[tuple[str, str]]:
    """The names of a model's outputs and the words for them."""
    if isinstance(node, Mapping):
        return [(entry.key, str(entry.value.value)) for entry in node if isinstance(entry.value, Value)]
    return [(str(value.value), str(value.value)) for value in values_of(node)]


def texts_of(node: Tree) -> Iterator[str]:
    """All strings in a tree that have variables in them."""
    if isinstance(node, Value):
        yield from (str(node.value),) if has_hole(node) else ()
        return
    for inner in node.items if isinstance(node, Sequence) else (entry.value for entry in node):
        yield from texts_of(inner)


def has_repeats(node: Tree) -> bool:
    """Whether anything in a tree is repeated."""
    if isinstance(node, Value):
        return False
    if isinstance(node, Mapping) and node.entry("repeat") is not None:
        return True
    return any(map(has_repeats, node.items if isinstance(node, Sequence) else [entry.value for entry in node]))


def _entries(layers: Tree, *, deep: bool) -> Iterator[Tree]:
    """The entries whose words belong to one scope; `deep` also those in the copies of a group."""
    for item in items_of(layers):
        if not shares(item) and isinstance(item, Mapping):
            kind = layer_type(item)
            if kind.key == "layers" and (deep or item.entry("repeat") is None):
                yield from _entries(kind.value, deep=deep)
            if kind.key == "parallel" and isinstance(kind.value, Mapping):
                for branch in items_of(kind.value.get("branches")):
                    yield from _entries(branch, deep=deep)
        yield item


def leaves(layers: Tree) -> Iterator[Tree]:
    """The single layers of a scope, in the order in which they are numbered."""
    for item in _entries(layers, deep=False):
        if not shares(item) and layer_type(item).key not in ("layers", "model"):
            yield item


def references(layers: Tree) -> Counter[str]:
    """How often each word is named as an input, and each layer as shared."""
    found: Counter[str] = Counter()
    for item in _entries(layers, deep=True):
        inputs = key_of(item, "inputs")
        wires = [entry.value for entry in inputs] if isinstance(inputs, Mapping) else [inputs]
        for wire in wires:
            found.update(str(value.value) for value in values_of(wire))
        share = key_of(item, "share")
        if isinstance(share, Value):
            found[sharing(str(share.value))] += 1
    return found


def local_names(layers: Tree, taken: set[str], blocks: Container[str]) -> dict[int, str]:
    """What the layers of a block without names are called in it, by their entries' ids; those that can be told."""
    written, beginnings = _written_names(layers)
    fresh = FreshNames(taken | written)
    names: dict[int, str] = {}
    uncertain: set[str] = set()
    for item in leaves(layers):
        kind = layer_type(item)
        if kind.key in blocks or key_of(item, "name") is not None:
            continue
        merge = kind.value.get("merge") if kind.key == "parallel" and isinstance(kind.value, Mapping) else None
        base = default_name((layer_type(merge) if merge is not None else kind).key)
        if key_of(item, "repeat") is not None:
            uncertain.add(base)
        if base in uncertain:
            continue
        name = fresh(base)
        if name.startswith(beginnings):
            uncertain.add(base)
        else:
            names[id(item)] = name
    return names


def _written_names(layers: Tree) -> tuple[set[str], tuple[str, ...]]:
    """The names that the entries of a scope write, and what those begin with of which a copy's number is a part."""
    exact: set[str] = set()
    beginnings: list[str] = []
    for item in _entries(layers, deep=False):
        for word in (*values_of(key_of(item, "name")), *values_of(key_of(item, "outputs"))):
            text = str(word.value)
            exact.add(text)
            if has_hole(word):
                beginnings.append(text.partition("$")[0])
            elif key_of(item, "repeat") is not None:
                beginnings.append(f"{text}_")
    return exact, tuple(beginnings)
