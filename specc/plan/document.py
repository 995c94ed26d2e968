"""`Plan` -> plain data: the expanded spec as `specc expand` prints it and `lock.yaml` keeps it.

What comes out is itself a valid spec that means the same, names and wires written out; expanding it again changes
nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from specc.catalog.sources import FILES
from specc.component import Argument, Component
from specc.data import DataFacts, DataSpec
from specc.data.facts import CLASSES
from specc.data.partition import DEFAULT_SHARE, share_of
from specc.data.sources.contiguous import is_contiguous
from specc.graph.graph import Graph, GraphInput, Node, Ref, WeightsFile, Wiring
from specc.plan.plan import Outline, Plan
from specc.spec import Logging, Phase, Runtime


def as_document(plan: Plan) -> dict[str, Any]:
    """The complete spec, sections and keys in the order of the language's reference."""
    document: dict[str, Any] = {"spec": 1, "name": plan.name}
    if plan.description:
        document["description"] = plan.description
    document |= {
        **_models(plan.graph),
        "data": _data(plan.data, plan.facts, plan.runtime.seed),
        "model": _model(plan.graph),
        "training": _training(plan),
        "runtime": _runtime(plan.runtime),
        "report": _report(plan),
    }
    return document | _allow(plan.allow)


def as_outline(outline: Outline) -> dict[str, Any]:
    """The spec of a model alone, with every name and wire."""
    about = {"description": outline.description} if outline.description else {}
    return {
        "spec": 1,
        "name": outline.name,
        **about,
        **_models(outline.graph),
        "model": _model(outline.graph),
        **({} if outline.precision == "float32" else {"runtime": {"precision": outline.precision}}),
        **_allow(outline.allow),
    }


def _allow(codes: tuple[str, ...]) -> dict[str, Any]:
    kept = [code for code in codes if code not in ("unused-layer", "unused-block")]  # what is unused is left out
    return {"allow": kept} if kept else {}


def component_document(component: Component) -> Any:  # noqa: ANN401  a string, or a one-key mapping
    """`Type`, or `{Type: {argument: value}}`."""
    if not component.arguments:
        return component.type
    return {component.type: {name: _argument(value) for name, value in component.arguments.items()}}


def _argument(value: Argument) -> Any:  # noqa: ANN401  plain data
    match value:
        case Component():
            return component_document(value)
        case list():
            return [_argument(item) for item in value]
        case dict():
            return {key: _argument(item) for key, item in value.items()}
        case str():
            return escaped(value)
    return value


def escaped(text: str) -> str:
    """The text as a spec must write it, where a dollar begins an expression. Keys are never expressions."""
    return text.replace("$", "$$")


def _data(data: DataSpec, facts: DataFacts, seed: int) -> dict[str, Any]:
    source = component_document(data.source)
    document: dict[str, Any] = {"dataset": source} if data.source.kind == "dataset" else dict(source)
    document["target"] = [escaped(target.name) for target in facts.targets]
    # With windows the inputs are made of the columns that the spec names, and are columns themselves.
    inputs = data.inputs if data.windows else {name: found.columns for name, found in facts.inputs.items()}
    if inputs:
        document["inputs"] = {name: [escaped(column) for column in names] for name, names in inputs.items()}
    if data.windows is not None:
        document |= dict(component_document(data.windows))
    columns = {name: component_document(kind) for name, kind in data.columns.items()}
    if data.source.kind in FILES:
        columns |= {
            name: found.kind
            for name, found in facts.columns.items()
            if name not in data.columns and name in facts.features and not found.shape
        }
    if columns:
        document["columns"] = columns
    if data.drop:
        document["drop"] = [escaped(name) for name in data.drop]
    if data.weight is not None:
        document["weight"] = escaped(data.weight)
    if data.balance is not None:
        document["balance"] = data.balance
    if data.skip_bad_rows:
        document["on_bad_row"] = "skip"
    return document | {"split": _split(data, facts, seed)}


def _split(data: DataSpec, facts: DataFacts, seed: int) -> dict[str, Any]:
    """The shares as written or implied; a part that the source sets apart needs none, and folds no validation."""
    split = data.split
    if split.by is not None:
        return {"by": escaped(split.by)}
    if is_contiguous(data):
        parts = {"validation": split.validation, "test": split.test}
        own = data.source.arguments
        return {name: DEFAULT_SHARE if share is None else share for name, share in parts.items() if not own.get(name)}
    given = {"validation": facts.given_validation, "test": facts.given_test}
    shares = {"validation": split.validation, "test": split.test}
    shares = {name: share for name, share in shares.items() if share is not None or not given[name]}
    rows = (facts.samples or 0) - sum(count for name, count in given.items() if name not in shares)
    implied = DEFAULT_SHARE if facts.samples is None or share_of(DEFAULT_SHARE, rows) else 0  # too few rows for one
    if split.folds:
        shares.pop("validation", None)
        implied = 0
    stratify = split.stratify
    if stratify is None:
        stratify = facts.targets[0].kind == CLASSES and split.group is None and split.time is None
    written = {"group": split.group, "time": split.time}
    return {
        **{name: implied if share is None else share for name, share in shares.items()},
        "stratify": stratify,
        **{key: escaped(column) for key, column in written.items() if column is not None},
        **({"folds": split.folds} if split.folds else {}),
        "seed": seed if split.seed is None else split.seed,
    }


def _model(graph: Graph, prefix: str = "") -> dict[str, Any]:
    return {
        **({"weights": _weights(graph.weights)} if graph.weights else {}),
        "inputs": {graph_input.name: _input(graph_input) for graph_input in graph.inputs},
        "layers": [_layer(node, graph, prefix) for node in graph.nodes],
        "outputs": {name: _reference(ref, graph) for name, ref in graph.outputs.items()},
    }


def _weights(weights: WeightsFile) -> dict[str, Any]:
    return {"path": escaped(weights.path), "missing": weights.missing, "freeze": weights.freeze}


def _input(graph_input: GraphInput) -> dict[str, Any] | None:
    if graph_input.shape is None:
        return None
    return {"shape": list(graph_input.shape), "dtype": graph_input.dtype}


def _models(graph: Graph) -> dict[str, Any]:
    """The models that stand as layers, by the names of the layers, those inside of others too."""
    found = {name: _model(model, f"{name}_") for name, model in _nested(graph, "")}
    return {"models": found} if found else {}


def _nested(graph: Graph, prefix: str) -> Iterator[tuple[str, Graph]]:
    for node in graph.nodes:
        if node.model is not None and node.layer == node.name:
            yield f"{prefix}{node.name}", node.model
            yield from _nested(node.model, f"{prefix}{node.name}_")


def _layer(node: Node, graph: Graph, prefix: str) -> dict[str, Any]:
    written: dict[str, Any] = {"share": node.layer}
    if node.layer == node.name and node.model is not None:
        written = {"model": {"source": f"{prefix}{node.name}", **node.component.arguments}}
    elif node.layer == node.name:
        arguments = component_document(node.component)
        written = {arguments: None} if isinstance(arguments, str) else dict(arguments)
    written |= {"name": node.name, "inputs": _inputs(node, graph)}
    if node.outputs:
        written["outputs"] = list(node.outputs)
    return written


def _inputs(node: Node, graph: Graph) -> Any:  # noqa: ANN401  a name, a list of names, or a mapping of both
    if node.keywords:
        return {name: _wires(wiring, graph) for name, wiring in node.keywords.items()}
    return _wires(node.positional[0], graph)


def _wires(wiring: Wiring, graph: Graph) -> str | list[str]:
    return _reference(wiring, graph) if isinstance(wiring, Ref) else [_reference(ref, graph) for ref in wiring]


def _reference(ref: Ref, graph: Graph) -> str:
    node = graph.node(ref.source)
    return node.outputs[ref.port] if node and ref.port < len(node.outputs) else ref.source


def _training(plan: Plan) -> dict[str, Any]:
    training: dict[str, Any] = {
        "loss": _per_output({name: component_document(loss) for name, loss in plan.losses.items()}),
        "optimizer": component_document(plan.optimizer),
        "metrics": _per_output({name: _components(metrics) for name, metrics in plan.metrics.items()}),
        "batch_size": plan.batch_size,
        **({"phases": [_phase(phase) for phase in plan.phases]} if plan.phases else {"epochs": plan.epochs}),
    }
    if plan.loss_weights:
        training["loss_weights"] = dict(plan.loss_weights)
    if plan.class_weight:
        training["class_weight"] = plan.class_weight if isinstance(plan.class_weight, str) else dict(plan.class_weight)
    if plan.callbacks:
        training["callbacks"] = _components(plan.callbacks)
    return training


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        **({"name": phase.name} if phase.name else {}),
        "epochs": phase.epochs,
        **({"freeze": list(phase.freeze)} if phase.freeze else {}),
        **({"unfreeze": list(phase.unfreeze)} if phase.unfreeze else {}),
        **({"optimizer": component_document(phase.optimizer)} if phase.optimizer else {}),
    }


def _components(components: Iterable[Component]) -> list[Any]:
    return [component_document(component) for component in components]


def _per_output(by_output: Mapping[str, Any]) -> Any:  # noqa: ANN401  what stands for the only output, or a mapping
    return next(iter(by_output.values())) if len(by_output) == 1 else dict(by_output)


def _runtime(runtime: Runtime) -> dict[str, Any]:
    checkpoint = None if runtime.checkpoint is None else asdict(runtime.checkpoint)
    return {
        "seed": runtime.seed,
        "distribute": component_document(runtime.distribute)
        if isinstance(runtime.distribute, Component)
        else runtime.distribute,
        "precision": runtime.precision,
        "deterministic": runtime.deterministic,
        **({} if runtime.threads is None else {"threads": runtime.threads}),
        "xla": runtime.xla,
        "segment": runtime.segment,
        "storage": runtime.storage,
        "checkpoint": checkpoint is not None and {key: value for key, value in checkpoint.items() if value is not None},
        "runs": escaped(runtime.runs),
    }


def _report(plan: Plan) -> dict[str, Any] | bool:
    """The formats and what is recorded besides; `false` if there is neither."""
    logging = plan.logging
    if not plan.report and logging == Logging():
        return False
    mlflow = escaped(logging.mlflow) if isinstance(logging.mlflow, str) else logging.mlflow
    others = {"gradients": logging.gradients, "tensorboard": logging.tensorboard, "mlflow": mlflow}
    return {"formats": list(plan.report), **others}
