"""Small configs of Keras models, as `model.to_json()` gives them, without Keras."""

import json
import zipfile
from pathlib import Path
from typing import Any

from specc.catalog import load
from specc.diagnostics import Finding
from specc.importing.converting import Converted, convert
from specc.importing.reading import parse

Config = dict[str, Any]
X = ["x", 0, 0]
"""The tensor of an input `x`, as configs name it."""


def keras_object(module: str, class_name: str, **config: Any) -> Config:
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None}


def policy(name: str) -> Config:
    return keras_object("keras", "DTypePolicy", name=name)


def layer(class_name: str, name: str, **config: Any) -> Config:
    return keras_object("keras.layers", class_name, **{"name": name, "trainable": True, **config})


def input_layer(name: str, *shape: int | None, dtype: str = "float32") -> Config:
    return layer("InputLayer", name, batch_shape=[None, *shape], dtype=dtype, sparse=False, ragged=False)


def tensor(name: str, call: int = 0, port: int = 0, shape: tuple[int | None, ...] = (None, 4)) -> Config:
    config = {"shape": list(shape), "dtype": "float32", "keras_history": [name, call, port]}
    return {"class_name": "__keras_tensor__", "config": config}


def called(described: Config, *calls: Any, **keywords: Any) -> Config:
    """A layer of a functional model with its calls, each a tensor or a list of them; `keywords` go with every call."""
    nodes = [{"args": list(call) if isinstance(call, tuple) else [call], "kwargs": keywords} for call in calls]
    return described | {"name": described["config"]["name"], "inbound_nodes": nodes}


def operation(class_name: str, name: str, **config: Any) -> Config:
    found = keras_object("keras.src.ops.numpy", class_name, name=name, **config)
    return found | {"registered_name": class_name}


def sequential(*layers: Config, name: str = "chain", **more: Any) -> Config:
    return keras_object("keras", "Sequential", name=name, trainable=True, layers=list(layers)) | more


def functional(inputs: Any, outputs: Any, *layers: Config, name: str = "net", **more: Any) -> Config:
    found = keras_object("keras.src.models.functional", "Functional", name=name, trainable=True, layers=list(layers))
    found["config"] |= {"input_layers": inputs, "output_layers": outputs}
    return found | {"registered_name": "Functional"} | more


def chain(*layers: Config) -> Config:
    """A model that calls the layers one after the other, on an input `x` of four numbers."""
    return sequential(input_layer("x", 4), *layers)


def net(outputs: Any, *layers: Config) -> Config:
    """A model of layers with their calls, on an input `x` of four numbers."""
    return functional(X, outputs, called(input_layer("x", 4)), *layers)


def keras_file(path: Path, config: Any, **members: bytes) -> Path:
    """The archive as which Keras saves a model; `members` beside its config by their paths, as `**{path: content}`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config if isinstance(config, bytes) else json.dumps(config))
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def converted(config: Config) -> tuple[Converted | None, list[Finding]]:
    """The documents of a model, by way of its JSON."""
    file, _, findings = parse(json.dumps(config), "model.json")
    assert file is not None, findings
    return convert(file.tree, load())


DENSE = layer("Dense", "dense", units=2)
SOUND = chain(DENSE)
