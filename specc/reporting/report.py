"""What a report says, as data. Made by `specc.reporting.build`, said by `html_page`, `json_form` and `markdown_text`.

Numbers that are not known or not finite are `nan`. Epochs count from 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from specc.runs import Engine, Layer, Parameters, StartingWeights, Verified

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Headline:
    """A number that the report opens with."""

    metric: str
    split: str
    value: float


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric over the epochs; `validation` is empty where there was no validation split."""

    metric: str
    train: tuple[float, ...]
    validation: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Learning:
    """The course of training.

    `best_epoch` has the lowest value of `monitored`. From `overfitting_epoch` on, the validation loss rises while the
    training loss still falls. `learning_rate` is empty if it never changed.
    """

    epochs: tuple[int, ...]
    curves: tuple[Curve, ...]
    learning_rate: tuple[float, ...]
    monitored: str
    best_epoch: int | None
    overfitting_epoch: int | None
    epochs_asked: int
    stopped: str
    batch_size: int


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How one class was recognised; `support` is its number of samples."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """`count` samples of class `target` were taken for class `prediction`."""

    target: str
    prediction: str
    count: int


@dataclass(frozen=True, slots=True)
class WrongClass:
    """A sample that was misjudged. `index` is its row in the source; probabilities lie in 0..1."""

    index: int
    target: str
    prediction: str
    probability: float
    target_probability: float


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One class output on the test split.

    `interval` is the Wilson interval of the accuracy at 95 %. `baseline` is the accuracy of always saying
    `baseline_class`, the most frequent one. `matrix[target][prediction]` counts, in the order of `scores`; it is empty
    above `MATRIX_LIMIT` classes, where only the most frequent `confusions` are told.
    """

    name: str
    samples: int
    correct: int
    accuracy: float
    interval: tuple[float, float]
    baseline: float
    baseline_class: str
    macro_f1: float
    scores: tuple[ClassScore, ...]
    matrix: tuple[tuple[int, ...], ...]
    confusions: tuple[Confusion, ...]
    worst: tuple[WrongClass, ...]


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """A sample with a large error; `residual` is prediction minus target."""

    index: int
    target: float
    prediction: float
    residual: float


@dataclass(frozen=True, slots=True)
class NumberResult:
    """One number output on the test split, in the target's own unit.

    `baseline` is the root mean squared error of always saying the mean. `points` are (target, prediction) of a regular
    subset of the samples, `residuals` those of all.
    """

    name: str
    samples: int
    mean_absolute_error: float
    root_mean_squared_error: float
    r2: float
    bias: float
    baseline: float
    points: tuple[Point, ...]
    residuals: tuple[float, ...]
    worst: tuple[WrongNumber, ...]


@dataclass(frozen=True, slots=True)
class WeightCourse:
    """The gradients of a trained weight: of `gradient_norm` the first and the last, of `update_ratio` the median.

    `note` says what is remarkable about it. `gradient_norms` and `update_ratios` have a value for each epoch.
    """

    layer: str
    weight: str
    first_gradient_norm: float
    last_gradient_norm: float
    median_update_ratio: float
    note: str
    gradient_norms: tuple[float, ...]
    update_ratios: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class GradientCourse:
    """The gradients over `epochs`; no weights where they were not recorded."""

    epochs: tuple[int, ...]
    weights: tuple[WeightCourse, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. `facts` are what is shown as name and text: data, environment, how the run was computed.

    `weights` are the files that training started from. `verified` is what came of training it again.
    """

    name: str
    description: str
    id: str
    status: str
    summary: str
    started: str
    seconds: Mapping[str, float]
    headlines: tuple[Headline, ...]
    statement: str
    warnings: tuple[str, ...]
    metrics: Mapping[str, Mapping[str, float]]
    learning: Learning
    gradients: GradientCourse
    results: tuple[ClassResult | NumberResult, ...]
    layers: tuple[Layer, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parameters: Parameters
    weights: tuple[StartingWeights, ...]
    data: Mapping[str, str]
    split: Mapping[str, int]
    engine: Engine
    computed: Mapping[str, str]
    environment: Mapping[str, str]
    determinism: str
    determinism_why: str
    verified: Verified
    reproduce: tuple[str, ...]
    spec: str
