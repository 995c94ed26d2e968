"""An HDF5 file -> the tree of what it stores, by its declarations alone; no array is read.

Keras' three layouts: `layers/KEY/vars/0` of Keras 3, the same under `_layer_checkpoint_dependencies` (Keras 2.12), and
groups listed by `layer_names` (older). What leads out of the file, or is larger than a model may be, is refused.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import h5py

from specc.language import limits
from specc.transfer.stored import Stored, Tensor

DEPTH = 32
"""Groups inside each other; Keras nests two for each model in a model."""
OBJECTS = 50_000
"""Groups and arrays; a model of a thousand layers has about ten thousand."""
ATTRIBUTE_BYTES = 2**20

LAYERS = ("layers", "_layer_checkpoint_dependencies")
NOT_WEIGHTS = ("optimizer", "optimizer_weights", "seed_generator")
"""Parts of a file that say how training went on, not what was learned."""
BFLOAT16 = "bfloat16"

_FAULTS = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, MemoryError)
"""What h5py raises over damaged files."""


class Refusal(Exception):  # noqa: N818  no error of ours: it carries the finding's code and message
    """The file cannot be used: the code of the finding, and what is wrong after the file's name."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


class Tree(NamedTuple):
    """What a file stores. `legacy` says that it is in the layout of old Keras, whose tensors go by their order."""

    root: Stored
    legacy: bool


def tree_of(path: str) -> Tree:
    """The tree of the file at `path`; raises Refusal (not-weights, unsafe-weights, weights-limit)."""
    try:
        with h5py.File(path, "r") as file:
            return _tree(file)
    except _FAULTS as fault:
        raise Refusal("not-weights", f"cannot be read as HDF5: {_in_words(fault)}") from fault


def _in_words(fault: Exception) -> str:
    """What HDF5 says of a fault; where Python trips over what it was given, that says nothing about the file."""
    words = (str(fault).splitlines() or [""])[0].strip("'\"")
    if not words or isinstance(fault, TypeError | AttributeError | UnicodeError):
        return "it has a part of a type that Keras does not write"
    return f"{words[:1].lower()}{words[1:200]}"


def _tree(file: h5py.File) -> Tree:
    walk = _Walk()
    for listed in (file, _hard(file, "model_weights") if "model_weights" in file else None):
        if listed is not None and ("layer_names" in listed.attrs or "layer_names0" in listed.attrs):
            return Tree(Stored("", "", {}, tuple(walk.listed(listed))), legacy=True)
    if not any(key in file for key in LAYERS):
        raise Refusal("not-weights", "has no layers as Keras saves them")
    return Tree(walk.node(file, "", "", 0), legacy=False)


class _Walk:
    """One pass over a file, which counts what it has seen."""

    def __init__(self) -> None:
        self._seen = 0

    def node(self, group: h5py.Group, key: str, path: str, depth: int) -> Stored:
        """The layer or model in `group`."""
        inner = next((name for name in LAYERS if name in group), None)
        layers: tuple[Stored, ...] = ()
        if inner is not None:
            found = self._children(_hard(group, inner), f"{path}{inner}/", depth + 1)
            layers = tuple(
                self.node(child, name, f"{path}{inner}/{name}/", depth + 2)
                for name, child in found
                if isinstance(child, h5py.Group)
            )
        tensors = dict(self._tensors(group, path, "", depth, inner))
        name = _text(_hard(group, "vars"), "name") if "vars" in group else ""
        return Stored(key, name, tensors, layers)

    def listed(self, group: h5py.Group) -> Iterator[Stored]:
        """The layers that an old file lists; a layer's tensors go by their numbers."""
        base = group.name.strip("/")
        for layer in _texts(group, "layer_names"):
            own = _hard(group, layer)
            names = _texts(own, "weight_names")
            self._count(len(names) + 1)
            tensors = {}
            for number, name in enumerate(names):
                path = "/".join(part for part in (base, layer, name) if part)
                tensors[str(number)] = _tensor(_hard(own, name), path, name)
            yield Stored(layer, layer, tensors)

    def _tensors(
        self, group: h5py.Group, path: str, below: str, depth: int, without: str | None
    ) -> Iterator[tuple[str, Tensor]]:
        for name, child in self._children(group, path, depth):
            if name == without or name in NOT_WEIGHTS:
                continue
            if isinstance(child, h5py.Dataset):
                yield f"{below}{name}", _tensor(child, f"{path}{name}")
            else:
                yield from self._tensors(child, f"{path}{name}/", f"{below}{name}/", depth + 1, None)

    def _children(self, group: h5py.Group, path: str, depth: int) -> Iterator[tuple[str, Any]]:
        if depth > DEPTH:
            raise Refusal("weights-limit", f"nests more than {DEPTH} groups, at `{path[:60]}`")
        self._count(len(group))
        for name in group:
            if name in NOT_WEIGHTS:
                continue
            child = _hard(group, name)
            if not isinstance(child, h5py.Group | h5py.Dataset):
                raise Refusal("not-weights", f"has something at `{path}{name}` that is no array")
            yield name, child

    def _count(self, more: int) -> None:
        self._seen += more
        if self._seen > OBJECTS:
            raise Refusal("weights-limit", f"has more than {OBJECTS:,} groups and arrays")


def _hard(group: h5py.Group, path: str) -> Any:  # noqa: ANN401  a group, an array, or a type
    """What lies at `path` below `group`, if no link on the way leads elsewhere."""
    for name in path.split("/"):
        link = group.get(name, getlink=True) if name not in {"", ".", ".."} else None
        if link is None:
            raise Refusal("not-weights", f"has nothing at `{path}`, which it lists")
        if isinstance(link, h5py.ExternalLink):
            raise Refusal("unsafe-weights", f"has a link into another file, `{link.filename}`, at `{name}`")
        if isinstance(link, h5py.SoftLink):
            raise Refusal("unsafe-weights", f"has a link to another place, `{link.path}`, at `{name}`")
        group = group[name]
    return group


def _tensor(dataset: Any, path: str, name: str = "") -> Tensor:  # noqa: ANN401  whatever lies where an array belongs
    """The declaration of an array."""
    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        raise Refusal("not-weights", f"has something at `{path}` that is no array")
    if dataset.external:
        raise Refusal("unsafe-weights", f"has an array whose numbers lie in another file, `{path}`")
    if dataset.is_virtual:
        raise Refusal("unsafe-weights", f"has an array that is put together from others, `{path}`")
    if dataset.id.get_create_plist().get_nfilters():
        raise Refusal("unsafe-weights", f"has an array that is packed, `{path}`, and Keras packs none")
    tensor = Tensor(path, tuple(map(int, dataset.shape)), _dtype(dataset), name)
    if tensor.size > limits.TENSOR:
        words = f"declares an array of the shape {tensor.shape} at `{path}`: {tensor.size:,} numbers"
        raise Refusal("weights-limit", f"{words}, {limits.TENSOR:,} are allowed")
    if dataset.id.get_storage_size() < tensor.size * dataset.dtype.itemsize:
        raise Refusal("not-weights", f"declares {tensor.size:,} numbers at `{path}` and holds fewer")
    return tensor


def _dtype(dataset: h5py.Dataset) -> str:
    declared = dataset.dtype
    if declared.kind == "V" and declared.itemsize == 2 and _text(dataset, "dtype") == BFLOAT16:
        return BFLOAT16
    return str(declared.name) if declared.kind in "fiub" else "other"


def _text(thing: h5py.Group | h5py.Dataset, attribute: str) -> str:
    """A text attribute; empty where there is none."""
    if attribute not in thing.attrs:
        return ""
    _check_length(thing, attribute)
    value = thing.attrs[attribute]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""


def _texts(thing: h5py.Group, attribute: str) -> list[str]:
    """A list of texts, which Keras cuts into `attribute0`, `attribute1`, … where it is long."""
    names = [attribute] if attribute in thing.attrs else []
    while not names or names[0] != attribute:
        piece = f"{attribute}{len(names)}"
        if piece not in thing.attrs:
            break
        names.append(piece)
    found: list[str] = []
    for name in names:
        _check_length(thing, name)
        found += [each.decode("utf-8") if isinstance(each, bytes) else str(each) for each in thing.attrs[name]]
    return found


def _check_length(thing: h5py.Group | h5py.Dataset, attribute: str) -> None:
    declared = thing.attrs.get_id(attribute)
    if math.prod(declared.shape) * declared.dtype.itemsize > ATTRIBUTE_BYTES:
        raise Refusal("weights-limit", f"has an attribute `{attribute}` of more than {ATTRIBUTE_BYTES:,} bytes")
