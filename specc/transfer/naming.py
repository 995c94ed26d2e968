"""The names of layers, where a file of weights does not tell them but the configuration beside it does.

Keras calls groups after classes, `conv2d_1`, and newer versions write layers' names into them; the `config.json` of a
`.keras` file lists the layers in the order in which they were counted. Read as data: no class is looked up.
"""

import json
from collections import Counter
from typing import Any

from specc.graph.drafts import default_name
from specc.transfer.stored import Stored

CONFIG_BYTES = 64 * 2**20


def with_names(root: Stored, config: bytes) -> Stored:
    """`root` with the names of the configuration in the places of those that it lacks; as it is if there are none."""
    try:
        content = json.loads(config)
    except (ValueError, RecursionError):
        return root
    return _named(root, content)


def _named(model: Stored, content: Any) -> Stored:  # noqa: ANN401  whatever the JSON holds
    entries = _entries(content)
    layers = tuple(
        _named(layer._replace(name=layer.name or _name(entries[layer.key])), entries[layer.key])
        if layer.key in entries
        else layer
        for layer in model.layers
    )
    return model._replace(layers=layers)


def _entries(content: Any) -> dict[str, Any]:  # noqa: ANN401  whatever the JSON holds
    """The configurations of a model's layers by the keys under which their weights are saved."""
    config = content.get("config") if isinstance(content, dict) else None
    listed = config.get("layers") if isinstance(config, dict) else None
    counts: Counter[str] = Counter()
    found = {}
    for entry in listed if isinstance(listed, list) else []:
        if not isinstance(entry, dict) or ".ops." in f"{entry.get('module')}.":
            continue  # a function: it has no weights and is not counted
        kind = default_name(str(entry.get("class_name")))
        found[f"{kind}_{counts[kind]}" if counts[kind] else kind] = entry
        counts[kind] += 1
    return found


def _name(entry: dict[str, Any]) -> str:
    config = entry.get("config")
    name = config.get("name") if isinstance(config, dict) else None
    return name if isinstance(name, str) else ""
