"""What a block is called, from the layers in it."""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import replace

from specc.importing.folding.items import Items, Model, base_name, inner_first, walk

_CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"})
_PLAIN = frozenset({"mbconv", "depthwise_separable", "conv_bn", "separable"})
"""Names that do not say that what goes in is added to what comes out."""
_ACTIVATIONS = frozenset({"Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax"})


def renamed(model: Model) -> Model:
    """The model with its blocks named in the order of their use, so that the first of a kind has the plain name."""
    names: dict[str, str] = {}
    for name in inner_first(model):
        names[name] = block_name(model.blocks[name].items, names.values())

    def called(items: Items) -> Items:
        return tuple(
            replace(
                item,
                type=names.get(item.type, item.type),
                branches=None if item.branches is None else tuple(map(called, item.branches)),
            )
            for item in items
        )

    blocks = {new: replace(model.blocks[old], items=called(model.blocks[old].items)) for old, new in names.items()}
    return replace(model, items=called(model.items), blocks=blocks)


def block_name(items: Items, taken: Container[str]) -> str:
    """A name that says what the block is, and that no other has."""
    base = _base(items)
    return next(name for name in _numbered(base) if name not in taken)


def _numbered(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}{number}"
        number += 1


def _base(items: Items) -> str:
    layers = list(walk(items))
    types = Counter(item.type for item in layers)
    top = [item.type for item in items]
    convolutions = sum(count for type_name, count in types.items() if type_name in _CONVOLUTIONS)
    joined = {item.type for item in layers if item.branches is not None or isinstance(item.wires, tuple)}
    named = " ".join(item.name or "" for item in layers)
    residual = top == ["Add"] and items[0].branches is not None and () in items[0].branches
    for found, name in (
        ("MultiHeadAttention" in types, "transformer"),
        ("SeparableConv2D" in types and len(layers) > 6 and "Concatenate" in types, _cell(named)),
        ("SeparableConv2D" in types and len(layers) > 6, "separable_block"),
        ("SeparableConv2D" in types, "separable"),
        ("DepthwiseConv2D" in types and "Multiply" in joined, "mbconv"),
        ("DepthwiseConv2D" in types and convolutions > 1, "inverted_residual"),
        ("DepthwiseConv2D" in types and convolutions == 1, "depthwise_separable"),
        ("Multiply" in joined and len(layers) < 8, "squeeze_excite"),
        ("LayerNormalization" in types and types["Dense"] > 1 and convolutions, "convnext_block"),
        ("Concatenate" in joined and top[-1] == "Concatenate" and convolutions, _concatenating(items)),
        ("Concatenate" in joined and top[-1] == "Concatenate", "inception"),
        ("Concatenate" in joined and top[-1] != "Concatenate" and len(layers) > 5, "inception_residual"),
        ("Add" in joined and convolutions > 2, "bottleneck"),
        ("Add" in joined, "residual"),
    ):
        if found:
            return f"{name}_residual" if residual and name in _PLAIN else name
    return _listed(top)


def _cell(named: str) -> str:
    return "reduction_cell" if "reduction" in named else "normal_cell" if "normal" in named else "cell"


def _concatenating(items: Items) -> str:
    dense = any(branch == () for item in items for branch in item.branches or ())
    return "dense_layer" if dense else "inception"


def _listed(types: list[str]) -> str:
    """`conv_bn_relu`: the layers' own names, activations only where they begin."""
    short = {"BatchNormalization": "bn", "LayerNormalization": "norm", "ZeroPadding2D": "pad", "MaxPooling2D": "pool"}
    words: list[str] = []
    for number, type_name in enumerate(types):
        if type_name in _ACTIVATIONS and number:
            continue
        word = "conv" if type_name in _CONVOLUTIONS else short.get(type_name, base_name(type_name))
        if type_name in _ACTIVATIONS:
            word = "act"
        if not words or words[-1] != word:
            words.append(word)
    name = "_".join(words[:3]).replace(".", "_")
    return name if name[:1].isalpha() and name.islower() else f"block_{name}".lower()
