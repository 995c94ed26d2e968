"""A run as data: what `specc.runs.read` gives back and the report is made of.

Every field has a value even if the run was interrupted before it could say: texts are then empty, numbers zero or
`nan`, mappings empty. `nan` also stands for a metric that was not finite.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Determinism:
    """How far the run can be repeated: `bitwise` or `seeded`, and why not further."""

    level: str
    why: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """Numbers of weights' elements."""

    trainable: int
    non_trainable: int
    total: int


@dataclass(frozen=True, slots=True)
class Weight:
    """One variable of a layer. `shape` is written as text, like `(3, 3, 1, 32)`."""

    name: str
    shape: str
    parameters: int


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the model. `inputs` names layers; `output_shape` is text, the batch axis is `None`."""

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shape: str
    parameters: int
    trainable_parameters: int
    weights: tuple[Weight, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """The trained model. `inputs` and `outputs` are names of layers or of graph inputs and outputs."""

    name: str
    parameters: Parameters
    layers: tuple[Layer, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartingLayer:
    """What became of a layer with weights: `status` is `loaded`, `differs` or `missing`, `why` what does not fit."""

    name: str
    status: str
    parameters: int
    why: str


@dataclass(frozen=True, slots=True)
class StartingWeights:
    """A file that weights started from, the model's or those of a model in it, and what of it fitted.

    `matched_by` is `name` or `position`; `within` names the model in the file that was taken, if it is not the
    outermost. `unused` are layers of the file, `frozen` layers that were not trained.
    """

    path: str
    sha256: str
    matched_by: str
    within: str
    layers: tuple[StartingLayer, ...]
    unused: tuple[str, ...]
    frozen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What one output predicts: `kind` is `classes` or `number`; `classes` is empty for numbers.

    `scale` is None, or `shift`, `scale` and `log` of a number that the model learns on another scale than its own.
    """

    kind: str
    classes: tuple[str, ...]
    column: str
    scale: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Training:
    """`stopped` is `epochs`, `early stopping`, `interrupted` or `failed`."""

    epochs_run: int
    epochs_asked: int
    batch_size: int
    steps_per_epoch: int
    stopped: str


@dataclass(frozen=True, slots=True)
class Data:
    """`split` is split name to number of samples; `inputs` is input name to whatever describes it.

    `columns` are the raw columns that the saved model takes: `kind`, `shape` and `dtype` of each, and the name of its
    `input`. `storage` says whether the prepared samples were `resident` in memory or `streamed` from files.
    `left_out` are the rows of the source that were not used, each with its `file`, its `line` and the `reason`.
    """

    source: str
    samples: int
    split: Mapping[str, int]
    inputs: Mapping[str, Any]
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    storage: str = ""
    left_out: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Lock:
    """What pins the run. `spec` is the expanded spec as plain values; `seed` is None if none was recorded."""

    spec: Mapping[str, Any]
    seed: int | None
    versions: Mapping[str, str]
    devices: tuple[Mapping[str, Any], ...]
    strategy: str
    replicas: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to compute the steps that was tried: milliseconds of a step, `nan` if it was `refused`, and why it was."""

    name: str
    step_ms: float
    refused: str


@dataclass(frozen=True, slots=True)
class Resumption:
    """Where and when a run went on: `step` steps of `epoch`, which counts from 1, were done."""

    epoch: int
    step: int
    time: str


@dataclass(frozen=True, slots=True)
class Engine:
    """How the run was computed.

    `xla` is None if that was not recorded. `segment` is how many steps ran between two looks of the host, 0 if that was
    not recorded; `storage` where the samples lay, `resident` or `streamed`; `precision` a policy of Keras. `why` says
    what decided. `checkpoints` is how many were written.
    """

    xla: bool | None
    segment: int
    storage: str
    precision: str
    why: str
    candidates: tuple[Candidate, ...]
    resumed: tuple[Resumption, ...]
    checkpoints: int


@dataclass(frozen=True, slots=True)
class Verified:
    """The run was trained again at some `time`, and whether that gave the same bits; `differences` say what it did not.

    `equal` is None, and `time` empty, where nobody tried.
    """

    time: str = ""
    equal: bool | None = None
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WeightGradients:
    """A trained weight over the epochs.

    Means over an epoch's steps: the norm of the gradient, and the norm of the step as a share of the weight's.
    """

    gradient_norm: tuple[float, ...]
    update_ratio: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Gradients:
    """Gradients by epoch and weight, `nan` where an epoch lacks a weight; `weights` is in the order of the model."""

    epochs: tuple[int, ...]
    weights: Mapping[str, WeightGradients]


@dataclass(frozen=True, slots=True)
class History:
    """One value per epoch and column; `epochs` counts from 1. Columns keep Keras' log names (`loss`, `val_loss`, …)."""

    epochs: tuple[int, ...]
    columns: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Predictions:
    """The test split, one row of cells per sample, as text.

    `header` starts with `index`, the sample's row in the source.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything a run directory says.

    `status` is `running`, `completed`, `interrupted` or `failed`; times are ISO 8601.
    """

    folder: Path
    name: str
    description: str
    id: str
    status: str
    started: str
    finished: str
    seconds: Mapping[str, float]
    command: tuple[str, ...]
    spec_path: str
    environment: Mapping[str, Any]
    determinism: Determinism
    model: Model
    weights: tuple[StartingWeights, ...]
    targets: Mapping[str, Target]
    training: Training
    data: Data
    warnings: tuple[str, ...]
    spec_text: str
    lock: Lock
    metrics: Mapping[str, Mapping[str, float]]
    history: History
    predictions: Predictions
    engine: Engine
    gradients: Gradients
    verified: Verified = Verified()
