"""Layers that undo or repeat what the layer before them does: activations, biases, linear layers."""

from collections.abc import Iterator
from typing import Final

from specc.advice.activations import LAYERS, LINEAR, OVER_UNITS
from specc.advice.view import View
from specc.diagnostics import Finding, Label, error, warning
from specc.graph.graph import Node

WEIGHTED: Final = frozenset(
    {
        "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "Dense",
        "SeparableConv1D", "SeparableConv2D",
    }
)  # fmt: skip
BIASED: Final = WEIGHTED | {"DepthwiseConv1D", "DepthwiseConv2D"}
REPEATABLE: Final = frozenset(
    {"elu", "gelu", "leaky_relu", "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "tanh"}
)


def linear_after_linear(view: View, node: Node) -> Iterator[Finding]:
    """Two linear layers in a row compute what one computes.

    A first layer narrower than both its input and the second is silent: that is a factorization, which saves weights.
    So are convolutions along different axes.
    """
    following = view.next_change(node)
    if following is None or not _is_linear(view, node) or view.type_of(following.component) not in WEIGHTED:
        return
    if _is_factorization(view, node, following):
        return
    yield warning(
        "linear-after-linear",
        f"`{node.component.type}` has no activation, so it and the `{following.component.type}` behind it are as "
        "one linear layer",
        node.component.span,
        labels=(Label(following.component.span, "the next linear layer"),),
        help="give the first an activation, such as `activation: relu`",
    )


def _is_linear(view: View, node: Node) -> bool:
    component = node.component
    weighted = view.type_of(component) in WEIGHTED and component.arguments.get("trainable") is not False
    return weighted and view.activation(node) == LINEAR


def _is_factorization(view: View, node: Node, following: Node) -> bool:
    kernels = [view.argument(each.component, "kernel_size") for each in (node, following)]
    if all(isinstance(kernel, list) for kernel in kernels) and kernels[0] != kernels[1]:
        return True
    given = view.given(node)
    sizes = [tensor.shape[-1] if tensor and tensor.shape else None for tensor in (given, view.tensor(node))]
    width, after = sizes[1], view.tensor(following).shape
    if sizes[0] is None or width is None or not after or after[-1] is None:
        return True  # it may be one
    return width < sizes[0] and width < after[-1]


def bias_before_normalization(view: View, node: Node) -> Iterator[Finding]:
    """Batch normalization subtracts the mean of each channel, and with it any bias."""
    component, following = node.component, view.only_reader(node)
    if following is None or view.type_of(component) not in BIASED or view.activation(node) != LINEAR:
        return
    if not view.argument(component, "use_bias") or not _normalizes_channels(view, following):
        return
    yield warning(
        "bias-before-normalization",
        f"the bias of `{component.type}` has no effect: `{following.component.type}` subtracts it",
        component.span_of("use_bias"),
        labels=(Label(following.component.span, "subtracts each channel's mean"),),
        help="write `use_bias: false`",
    )


def _normalizes_channels(view: View, node: Node) -> bool:
    if view.type_of(node.component) != "BatchNormalization" or node.component.arguments.get("trainable") is False:
        return False
    shape = view.tensor(node).shape
    return view.argument(node.component, "axis") in {-1, len(shape) - 1 if shape else -1}


def softmax_inside(view: View, node: Node) -> Iterator[Finding]:
    """A softmax whose distribution goes straight into another layer of weights."""
    following = view.next_change(node)
    if following is None or view.activation(node) not in OVER_UNITS:
        return
    if view.type_of(following.component) in WEIGHTED:
        yield warning(
            "softmax-inside",
            f"`{view.activation(node)}` inside the model leaves `{following.component.type}` little to see",
            node.component.span_of("activation"),
            labels=(Label(following.component.span, "reads the distribution"),),
            help="use `relu` in hidden layers, softmax at the output alone",
        )


def softmax_on_one_unit(view: View, node: Node) -> Iterator[Finding]:
    """A softmax over an axis of size 1 is 1, whatever it gets."""
    shape = view.tensor(node).shape
    if view.activation(node) not in OVER_UNITS or not shape:
        return
    component = node.component
    axis = view.argument(component, "axis") if view.type_of(component) in LAYERS else -1
    if not isinstance(axis, int) or not -len(shape) <= axis < len(shape) or shape[axis] != 1:
        return
    yield error(
        "softmax-on-one-unit",
        f"a softmax over one unit is always 1, and `{node.name}` has the shape {shape}",
        component.span_of("axis" if "axis" in component.arguments else "activation"),
        help="use `sigmoid` for one probability",
    )


def activation_twice(view: View, node: Node) -> Iterator[Finding]:
    """An activation on numbers that come straight out of another one."""
    source = view.source(node)
    is_activation = view.type_of(node.component) in {"Activation", *LAYERS}
    if source is None or not is_activation or view.only_reader(source) is not node:
        return
    first, second = view.activation(source), view.activation(node)
    if first not in REPEATABLE or second not in REPEATABLE:
        return
    if second == "softmax" and not (view.is_output(node) and first in {"relu", "relu6", "sigmoid", "softmax"}):
        return  # scores of attention are often squashed first
    yield warning(
        "activation-twice",
        f"`{second}` gets what `{first}` gives",
        node.component.span,
        labels=(Label(source.component.span_of("activation"), "the first activation"),),
        help="leave one of them out",
    )
