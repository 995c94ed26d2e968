"""The phases of training against the layers of the model, and against one another."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from specc.advice.view import View
from specc.diagnostics import Finding, Label, Span, error, warning
from specc.graph.graph import Graph, Node
from specc.graph.infer import Inferred, InferredNode
from specc.language.suggest import did_you_mean
from specc.plan.freezing import layer_paths, train_in, trainable_as_built
from specc.spec import Phase
from specc.spec.unknown import FAULTY, Unknown

SHOWN = 8
"""Names that a note lists at most."""


class _Named(NamedTuple):
    """A layer's name in `freeze` or `unfreeze`."""

    path: str
    key: str
    span: Span


def no_such_layer(view: View) -> Iterator[Finding]:
    """A phase freezes what the model does not have."""
    graph = view.plan.graph
    layers = _layers(graph)
    for phase in view.plan.phases:
        for path, key, span in _named(phase):
            if path not in layers:
                yield _unknown(path, key, span, graph, layers)


def _unknown(path: str, key: str, span: Span, graph: Graph, layers: Mapping[str, Node]) -> Finding:
    sharing = graph.node(path)
    inside = [name for name in layers if name.startswith(f"{path}_")]
    help_, notes = did_you_mean(path, layers), ("`specc show` prints the names of all layers",)
    if sharing is not None and sharing.layer != sharing.name:
        help_ = f"`{path}` shares the layer of `{sharing.layer}`: name that"
    elif inside:  # the name of a block's use stands before those of its layers
        help_ = f"name its layers: {_listed(inside)}"
    return error("no-such-layer", f"`{key}` names no layer of the model: `{path}`", span, notes=notes, help=help_)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:SHOWN]) + more


def frozen_and_unfrozen(view: View) -> Iterator[Finding]:
    """A layer in both lists of one phase."""
    for phase in view.plan.phases:
        frozen = {named.path: named.span for named in _named(phase) if named.key == "freeze"}
        for path, key, span in _named(phase):
            if key == "unfreeze" and path in frozen:
                message = f"the phase freezes and unfreezes `{path}`"
                yield error("frozen-and-unfrozen", message, span, labels=(Label(frozen[path], "frozen here"),))


def all_layers_frozen(view: View) -> Iterator[Finding]:
    """A phase in which nothing is left to train."""
    for phase, _, after in _course(view):
        trained = [path for path, trains in after.items() if trains]
        if not any(_may_learn(path, view.plan.graph, view.plan.inferred) for path in trained):
            called = f"the phase `{phase.name}`" if phase.name else "the phase"
            message = f"{called} has nothing to learn with: all layers that have weights are frozen"
            place = phase.span_of("freeze") if phase.freeze else phase.span
            yield error("nothing-to-train", message, place, help="leave a layer out of `freeze`")
            return


def freeze_without_effect(view: View) -> Iterator[Finding]:
    """A layer that is frozen already, that has no weights, or that was never frozen."""
    for phase, before, after in _course(view):
        for path, key, span in _named(phase):
            inside = [leaf for leaf in after if leaf == path or leaf.startswith(f"{path}/")]
            weighty = [leaf for leaf in inside if _has_weights(leaf, view.plan.graph, view.plan.inferred)]
            if {path} <= {*phase.freeze} & {*phase.unfreeze}:
                continue  # which of the two is meant cannot be told
            if not weighty:
                yield _idle(f"`{path}` has no weights: there is nothing to {key}", span)
            elif key == "freeze" and not any(before[leaf] for leaf in weighty):
                yield _idle(f"`{path}` is frozen already", span)
            elif key == "unfreeze" and all(before[leaf] for leaf in weighty):
                yield _idle(f"`{path}` is not frozen before this phase", span)


def _idle(message: str, span: Span) -> Finding:
    return warning("freeze-without-effect", message, span, help="leave it out")


def idle_optimizer(view: View) -> Iterator[Finding]:
    """An optimizer of `training` that the first phase replaces before the first step."""
    plan = view.plan
    first = next(iter(plan.phases), None)
    if first is None or first.optimizer is None or "training.optimizer" in plan.origins:
        return
    if (plan.optimizer.type, plan.optimizer.arguments) != (first.optimizer.type, first.optimizer.arguments):
        yield warning(
            "idle-optimizer",
            f"nothing is trained by `{plan.optimizer.type}`: the first phase has another optimizer",
            plan.place_of("training.optimizer"),
            labels=(Label(first.span_of("optimizer"), "the first phase's"),),
            help="write one of the two",
        )


def _named(phase: Phase) -> Iterator[_Named]:
    for key, paths in (("freeze", phase.freeze), ("unfreeze", phase.unfreeze)):
        for number, path in enumerate(paths):
            yield _Named(path, key, phase.span_of(f"{key}.{number}"))


def _layers(graph: Graph) -> dict[str, Node]:
    """The layers by path. Raises `Unknown` if a part at fault may be one of them."""
    if graph.open or graph.unsure or any(node.component is FAULTY for node in graph.nodes):
        raise Unknown
    return dict(layer_paths(graph))


def _course(view: View) -> Iterator[tuple[Phase, dict[str, bool], dict[str, bool]]]:
    """Each phase with the layers that train before it and in it, up to where a phase names what there is not.

    Nothing is told of a model whose file of weights freezes layers: which, only training finds out.
    """
    layers = _layers(view.plan.graph)
    if _frozen_by_file(view.plan.graph):
        return
    before = trainable_as_built(view.plan.graph)
    for phase in view.plan.phases:
        if any(named.path not in layers for named in _named(phase)):
            return
        after = train_in(phase, before)
        yield phase, before, after
        before |= after


def _frozen_by_file(graph: Graph) -> bool:
    own = graph.weights is not None and graph.weights.freeze
    return own or any(node.model is not None and _frozen_by_file(node.model) for node in graph.nodes)


def _at(path: str, graph: Graph, inferred: Inferred) -> tuple[Node, InferredNode]:
    """The node at a path that there is, and what is known of it."""
    name, _, rest = path.partition("/")
    node, found = graph.node(name), inferred.nodes[name]
    assert node is not None  # noqa: S101  paths are those of `layer_paths`
    if not rest:
        return node, found
    if node.model is None or found.model is None:
        raise Unknown
    return _at(rest, node.model, found.model)


def _has_weights(path: str, graph: Graph, inferred: Inferred) -> bool:
    """Whether the layer at a path has weights, or may have."""
    _, found = _at(path, graph, inferred)
    return not found.known or bool(found.weights)


def _may_learn(path: str, graph: Graph, inferred: Inferred) -> bool:
    """Whether the layer at a path, which is not frozen, has something to train, or may have."""
    node, found = _at(path, graph, inferred)
    thawed = node.component.arguments.get("trainable") is False and bool(found.weights)
    return not found.known or thawed or any(weight.trainable for weight in found.weights)
