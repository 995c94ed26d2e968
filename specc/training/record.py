"""What a run writes down about itself, as plain data for `run.json` and `lock.yaml`: environment, model, versions.

Reads the machine and the Keras model; writes no files.
"""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from specc import __version__
from specc.graph.graph import Graph, Node
from specc.graph.order import sources
from specc.keras_target.build import Built
from specc.training.devices import Devices

LIBRARIES = ("keras", "tensorflow", "numpy", "scikit-learn")


def versions() -> dict[str, str]:
    """The versions on which a run's numbers depend."""
    return {"specc": __version__, "python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def environment(devices: Devices) -> dict[str, Any]:
    """The machine and the versions, for people who compare runs."""
    found = versions()
    return {
        "specc": found["specc"],
        "python": found["python"],
        "keras": found["keras"],
        "tensorflow": found["tensorflow"],
        "platform": platform.platform(),
        "cpu": processor(),
        "cpus": os.cpu_count(),
        "devices": list(devices.devices),
    }


def model_record(graph: Graph, built: Built) -> dict[str, Any]:
    """The model's layers as the spec calls them, with wires, shapes and weights, and its totals.

    A layer that is applied several times has its weights at its first application.
    """
    trainable = sum(_size(weight) for weight in built.model.trainable_weights)
    total = built.model.count_params()
    return {
        "name": graph.name,
        "parameters": {"trainable": trainable, "non_trainable": total - trainable, "total": total},
        "layers": [
            *({"type": "Input", **_row(graph_input.name, [], (), built)} for graph_input in graph.inputs),
            *(
                {"type": node.component.type, **_row(node.name, _sources(node), _weights(node, built), built)}
                for node in graph.nodes
            ),
        ],
        "inputs": [graph_input.name for graph_input in graph.inputs],
        "outputs": [ref.source for ref in graph.outputs.values()],
    }


def _row(name: str, inputs: list[str], weights: Sequence[Any], built: Built) -> dict[str, Any]:
    return {
        "name": name,
        "inputs": inputs,
        "output_shape": ", ".join(str(tuple(tensor.shape)) for tensor in keras.tree.flatten(built.tensors[name])),
        "parameters": sum(map(_size, weights)),
        "trainable_parameters": sum(_size(weight) for weight in weights if weight.trainable),
        "weights": [
            {
                "name": weight.path.removeprefix(f"{name}/"),
                "shape": str(tuple(weight.shape)),
                "parameters": _size(weight),
            }
            for weight in weights
        ],
    }


def _sources(node: Node) -> list[str]:
    return list(dict.fromkeys(ref.source for ref in sources(node)))


def _weights(node: Node, built: Built) -> Sequence[Any]:
    owns = node.name == node.layer and node.component.kind != "op"
    return built.layers[node.layer].weights if owns else ()


def _size(weight: Any) -> int:  # noqa: ANN401  a Keras variable
    size = 1
    for length in weight.shape:
        size *= int(length)
    return size


def processor() -> str:
    """The processor's name, which Python itself does not know on Linux."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def device_records(devices: Devices) -> list[Mapping[str, str]]:
    """The devices as `lock.yaml` lists them."""
    return [{"name": name, "type": name.partition(":")[0]} for name in devices.devices]
