"""Random variants of Keras' applications on random images, valid and not, for `differential.py`."""

from random import Random
from typing import Any

from random_values import Config, Sizes, some, tensor, yes

from specc.catalog import load
from specc.graph.graph import TensorType

OPTIONS: dict[str, tuple[Any, ...]] = {
    "alpha": (0.1, 0.25, 0.35, 0.5, 0.75, 1.0, 1.3, 1.4, 2.0),
    "depth_multiplier": (1, 2),
    "dropout_rate": (0.0, 0.5),
    "include_preprocessing": (True, False),
    "minimalistic": (True, False),
    "trainable": (True, False),
}


def application(r: Random, name: str) -> Config:
    facts = load().find("application", name)
    known = facts.arguments if facts else {}
    choices = {option: values for option, values in OPTIONS.items() if option in known}
    arguments: dict[str, Any] = {"weights": None if r.random() < 0.85 else "imagenet"}
    arguments |= some(r, **{option: lambda values=values: r.choice(values) for option, values in choices.items()})
    if yes(r):
        arguments["include_top"] = False
        arguments |= some(r, pooling=lambda: r.choice(("avg", "max")))
    else:
        arguments |= some(r, classes=lambda: r.choice((2, 10, 1000)))
    sizes = image(r, name)
    if r.random() < 0.1:
        arguments["input_shape"] = list(sizes if r.random() < 0.7 else (64, 64, 3))
    x: TensorType = tensor(r, sizes, "float32", "float32", "float32", "uint8")
    return Config(name, arguments, (x,))


def image(r: Random, name: str) -> Sizes:
    channels = r.choice((3, 3, 3, 1, 4))
    if r.random() < 0.2:
        side = r.choice((224, 299, 331, 128))
        return (side, side, channels)
    if r.random() < 0.1:
        return (None, None, channels) if not name.startswith("NASNet") else (40, 40, channels)
    if r.random() < 0.03:
        return (64, 64)
    least = 20 if r.random() < 0.15 else 76
    return (r.randint(least, 110), r.randint(least, 110), channels)
