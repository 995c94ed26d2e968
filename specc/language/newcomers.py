"""What people write who come from Keras code, an older Keras or PyTorch -> what a spec says instead.

Comes in: a word that is unknown where it stands, and the words that are known there. Goes out: a help line, or nothing.
All that is data stands in the tables below; names are looked up in small letters. Only faults need it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from specc.language.likeness import letters_of
from specc.language.suggest import did_you_mean

TYPE_KEYS = ("type", "class_name", "layer", "class", "kind")
"""Keys under which other formats write the type of a layer."""

_INPUTS = "inputs follow from the data; to write them out: `model: {inputs: {x: [4]}, layers: […]}`"
_BEFORE = "leave it out: it follows from the layer before"
_NO_CODE = "a spec runs no code"
_NORMALIZATION = "write `BatchNormalization`, which finds the number of channels itself"
_SCHEDULE = "give the optimizer a schedule: `optimizer: {Adam: {learning_rate: {CosineDecay: …}}}`"
_SPLIT = "write `split: {%s: 0.2}` in `data`"

_LAYERS = {
    "linear": "write `Dense: UNITS`; the number of inputs follows from the layer before",
    "batchnorm": _NORMALIZATION,
    **{f"batchnorm{n}d": _NORMALIZATION for n in (1, 2, 3)},
    "layernorm": "write `LayerNormalization`",
    "groupnorm": "write `GroupNormalization: {groups: …}`",
    "rmsnorm": "write `RMSNormalization`",
    **{f"instancenorm{n}d": "write `GroupNormalization: {groups: -1}`, a group for each channel" for n in (1, 2, 3)},
    **{f"convtranspose{n}d": f"write `Conv{n}DTranspose`" for n in (1, 2, 3)},
    **{
        f"adaptive{short}pool{n}d": f"write `Adaptive{long}Pooling{n}D`, or `Global{long}Pooling{n}D` for a size of 1"
        for short, long in (("avg", "Average"), ("max", "Max"))
        for n in (1, 2, 3)
    },
    **{f"dropout{n}d": f"write `SpatialDropout{n}D: RATE`" for n in (1, 2, 3)},
    **{f"zeropad{n}d": f"write `ZeroPadding{n}D`" for n in (1, 2, 3)},
    "upsample": "write `UpSampling2D: SIZE`",
    "input": _INPUTS,
    "inputlayer": _INPUTS,
    "lambda": f"{_NO_CODE}: write operations as layers, such as `ops.multiply: 2`",
    "sequential": "write its layers in the list",
    "model": "write its layers in the list",
    "merge": "write `Concatenate` or `Add`, with `inputs: [a, b]`",
    "cudnnlstm": "write `LSTM`, which uses cuDNN where it can",
    "cudnngru": "write `GRU`, which uses cuDNN where it can",
}
_LOSSES = {
    "crossentropyloss": "write `crossentropy: {from_logits: true}`; left out, the loss follows from the target",
    "nllloss": "write `crossentropy`, which takes the probabilities that `softmax` gives, not their logarithms",
    "bceloss": "write `BinaryCrossentropy`",
    "bcewithlogitsloss": "write `BinaryCrossentropy: {from_logits: true}`",
    "mseloss": "write `MeanSquaredError`",
    "rmse": "write `MeanSquaredError`; `RootMeanSquaredError` is a metric",
    "l1loss": "write `MeanAbsoluteError`",
    "smoothl1loss": "write `Huber`",
    "huberloss": "write `Huber`",
    "kldivloss": "write `KLDivergence`",
    "poissonnllloss": "write `Poisson`",
    "ctcloss": "write `CTC`",
    "logloss": "write `crossentropy`",
}
_METRICS = {
    "f1": "write `F1Score`",
    "r2": "write `R2Score`",
    "rmse": "write `RootMeanSquaredError`",
    "rocauc": "write `AUC`",
    "prauc": "write `AUC: {curve: PR}`",
}
_CALLBACKS = {
    "lambdacallback": f"{_NO_CODE}; what a run records, it records by itself",
    "history": "leave it out: a run records every epoch by itself",
    "progbarlogger": "leave it out: a run shows its progress by itself",
    "remotemonitor": "specc opens no network; a run records every epoch by itself",
}
_NO_SERVERS = (
    "Keras 3 cannot train with variables that are kept apart from the replicas; "
    "write `MirroredStrategy`, or `MultiWorkerMirroredStrategy` for several machines"
)
_STRATEGIES = {
    **dict.fromkeys(("parameterserverstrategy", "parameterserver", "centralstoragestrategy"), _NO_SERVERS),
    "centralstorage": _NO_SERVERS,
    **dict.fromkeys(("ddp", "ddpstrategy", "dataparallel", "distributeddataparallel"), "write `MirroredStrategy`"),
}
_TYPES = {
    "layer": _LAYERS,
    "loss": _LOSSES,
    "metric": _METRICS,
    "callback": _CALLBACKS,
    "strategy": _STRATEGIES,
}

_ARGUMENTS = {
    **dict.fromkeys(("input_shape", "input_dim", "batch_input_shape", "batch_shape", "input_length"), _INPUTS),
    **dict.fromkeys(("in_features", "in_channels", "num_features", "input_size", "normalized_shape"), _BEFORE),
    "betas": "write `beta_1` and `beta_2`",
    "decay": _SCHEDULE,
}
_RENAMED = {
    "out_features": "units", "hidden_size": "units", "output_dim": "units", "out_channels": "filters", "p": "rate",
    "bias": "use_bias", "eps": "epsilon", "dilation": "dilation_rate", "nonlinearity": "activation",
    "num_embeddings": "input_dim", "embedding_dim": "output_dim", "border_mode": "padding", "subsample": "strides",
    "init": "kernel_initializer", "w_regularizer": "kernel_regularizer", "inner_activation": "recurrent_activation",
    "alpha": "negative_slope", "num_groups": "groups",
}  # fmt: skip
"""Arguments that are called otherwise elsewhere, and mean the same."""

_KEYS = {
    "training": {
        "validation_split": _SPLIT % "validation",
        "validation_data": _SPLIT % "validation",
        "lr": "write it with the optimizer: `optimizer: {Adam: {learning_rate: …}}`",
        "learning_rate": "write it with the optimizer: `optimizer: {Adam: {learning_rate: …}}`",
        **dict.fromkeys(("learning_rate_scheduler", "lr_scheduler", "lr_schedule", "scheduler"), _SCHEDULE),
        **dict.fromkeys(("early_stopping", "patience"), "write `callbacks: [EarlyStopping: {patience: …}]`"),
        **dict.fromkeys(("criterion", "loss_fn", "loss_function", "objective"), "write `loss`"),
    },
    "data": {
        **dict.fromkeys(("validation_split", "val_split", "validation_size"), _SPLIT % "validation"),
        **dict.fromkeys(("test_size", "test_split"), _SPLIT % "test"),
        **dict.fromkeys(("file", "filename", "csv_file", "path"), "write `csv: FILE`"),
        **dict.fromkeys(("label", "labels", "y", "output", "outputs", "target_column"), "write `target`"),
        **dict.fromkeys(
            ("features", "x", "feature_columns"), "write `inputs`; left out, all but the target are inputs"
        ),
        "name": "write `dataset: NAME`",
        "url": "specc opens no network: write `csv: FILE` or `dataset: NAME`",
    },
    "split": {"train": "leave it out: what `validation` and `test` do not take is trained on"},
    "runtime": dict.fromkeys(
        ("device", "devices", "gpu", "gpus", "cuda"),
        "leave it out: a GPU is used if there is one; `distribute` chooses other devices",
    ),
    "": dict.fromkeys(("compile", "fit"), "what Keras takes in `compile` and `fit` stands in `training`"),
}
MISSING = {"merge": "write `merge: Concatenate` or `merge: Add`"}
"""Keys that are missing, with what is mostly written there."""
_LISTS = {"callbacks": "callback", "branches": "layer", "layers": "layer"}
"""Keys of lists, with the kind of what is listed."""
_KINDS = {
    "layer": "layers stand in a list: `model: [%s]`",
    "callback": "write `callbacks: [%s]`",
    "optimizer": "write `optimizer: %s`",
    "loss": "write `loss: %s`",
    "metric": "write `metrics: [%s]`",
}
_WORDS = {
    "precision": {
        **dict.fromkeys(("float16", "fp16", "half", "16", "amp", "mixed"), "mixed_float16"),
        **dict.fromkeys(("bfloat16", "bf16"), "mixed_bfloat16"),
        **dict.fromkeys(("float", "fp32", "single", "32"), "float32"),
        **dict.fromkeys(("double", "fp64", "64"), "float64"),
    },
}
_LEFT_OUT = frozenset(("drop", "exclude", "ignore", "ignored", "no", "none", "remove", "skip", "unused"))
"""What people write for the kind of a column that they do not want."""
_MIXED = ", which computes in 16 bits and keeps the weights in 32"

_MODULES = frozenset(
    (
        *("keras", "tf", "tensorflow", "torch", "nn", "optim", "python", "src", "experimental", "applications"),
        *("layers", "losses", "optimizers", "metrics", "callbacks", "activations"),
        *("initializers", "regularizers", "constraints", "schedules"),
    )
)
_PERCENT = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,4})?) ?%")
_COMMA = re.compile(r"([0-9]+),([0-9]{1,2}|[0-9]{4,})")
_CALL = re.compile(r"(?:[a-z_]+\.)*([A-Za-z][A-Za-z0-9]*)\((.*)\)")
_TABLE_FILE = re.compile(r"[\w./ -]+\.(?:csv|tsv|txt)")


class Hint(NamedTuple):
    """A help line; `instead` is what to write in the same place, where that is certain."""

    help: str
    instead: str = ""


def type_hint(kind: str, name: str, types: Collection[str], activations: Collection[str]) -> Hint | None:
    """Help for the unknown type `name` of `kind`, where `types` are known."""
    call = _CALL.fullmatch(name)
    if call and call[1] in types:
        first = call[2] if re.fullmatch(r"[0-9.]+", call[2]) else "…"
        return Hint(f"write `{call[1]}: {first}`" if call[2] else f"write `{call[1]}`")
    *modules, bare = name.split(".")
    foreign = bool(modules) and _MODULES.issuperset(modules)
    if foreign and bare in types:
        return Hint(f"write `{bare}`", "" if {"torch", "nn", "optim"} & set(modules) else bare)
    if modules and not foreign:
        return None
    told = _TYPES.get(kind, {}).get(letters_of(bare))
    if told:
        return Hint(told)
    same = [word for word in activations if letters_of(word) == letters_of(bare) and word.islower()]
    if kind == "layer" and same and bare[:1].isupper():
        return Hint(f"write `Activation: {same[0]}`, or `activation: {same[0]}` in the layer before")
    return Hint(did_you_mean(bare, types)) if foreign else None


def argument_hint(name: str, known: Collection[str]) -> Hint | None:
    """Help for the unknown argument `name`, where `known` ones are."""
    other = _RENAMED.get(name.lower())
    if other in known:
        return Hint(f"write `{other}`")
    told = _ARGUMENTS.get(name.lower())
    return Hint(told) if told else None


def key_hint(section: str, key: str, kinds: Collection[str]) -> Hint | None:
    """Help for the unknown key of a section; `kinds` are those of components that have a type of this name."""
    told = _KEYS.get(section, {}).get(key.lower())
    if told:
        return Hint(told)
    homes = {"model": ("layer",), "training": ("callback", "optimizer", "loss", "metric")}.get(section, ())
    kind = next((kind for kind in homes if kind in kinds), "")
    return Hint(_KINDS[kind] % f"{key}: …") if kind else None


def word_hint(key: str, value: object, choices: Collection[object]) -> Hint | None:
    """Help for a word that is none of the `choices` of `key`."""
    if value in ("None", "none") and None in choices:
        return none_hint()
    if "datetime" in choices and str(value).lower() in _LEFT_OUT:
        return Hint(f"a column is left out by `drop: {key}` in `data`")
    word = _WORDS.get(key, {}).get(str(value).lower())
    return Hint(f"write `{word}`{_MIXED if word.startswith('mixed') else ''}") if word in choices and word else None


def none_hint() -> Hint:
    """Help for Python's `None` where null may stand."""
    return Hint("write `null`, or leave it out", "null")


def section_hint(section: str, value: object, types: Collection[str]) -> Hint | None:
    """Help for a section that is written as a word; `types` are the data sets or layers that need no arguments."""
    text = str(value)
    if section == "data" and text in types:
        return Hint(f"write `data: {{dataset: {text}}}`", f"{{dataset: {text}}}")
    if section == "data" and _TABLE_FILE.fullmatch(text):
        return Hint(f"write `data: {{csv: {text}}}`", f"{{csv: {text}}}")
    if section == "model" and text in types:
        return Hint(f"write `model: [{text}]`", f"[{text}]")
    if section == "split":
        share = _fraction(text) or (text if isinstance(value, float) and 0 < value < 1 else "0.2")
        return Hint(f"write `split: {{validation: {share}}}`, or `test` for the test part")
    return None


def list_hint(key: str, value: object, types: Mapping[str, Collection[str]]) -> Hint | None:
    """Help for one component where a list of them must stand; `types` are those of each kind."""
    kind = _LISTS.get(key, "")
    if isinstance(value, str) and value in types.get(kind, ()):
        return Hint(f"write `[{value}]`", f"[{value}]")
    if kind and isinstance(value, dict) and value:
        return Hint(f"write `[{next(iter(value))}: …]`")
    return None


def arguments_hint(type_name: str, values: Sequence[object], names: Collection[str]) -> Hint | None:
    """Help for arguments that are written as a list: those that must be given, whose `names` are in Keras' order."""
    if not 0 < len(values) <= len(names) or not all(type(value) in {int, float} for value in values):
        return None
    given = ", ".join(f"{name}: {value}" for name, value in zip(names, values, strict=False))
    return Hint(f"write `{type_name}: {{{given}}}`")


def number_hint(text: str, *, fraction: bool) -> Hint | None:
    """Help for a text where a number must stand, one between 0 and 1 if it is a `fraction`."""
    share, comma = _fraction(text), _COMMA.fullmatch(text)
    if share:
        return Hint(f"write `{share}`", share if fraction else "")
    return Hint(f"write `{comma[1]}.{comma[2]}`") if comma else None


def _fraction(text: str) -> str:
    """`20%` as `0.2`."""
    match = _PERCENT.fullmatch(text)
    return f"{float(match[1]) / 100:.6f}".rstrip("0") if match and float(match[1]) else ""
