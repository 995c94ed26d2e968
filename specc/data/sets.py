"""The built-in sets: what their columns, targets, sizes and arguments are, known without loading or downloading them.

Column names are the source's own, in the spelling of identifiers: `sepal length (cm)` is `sepal_length`. The arrays
come from `specc.data.loading` (scikit-learn's and Keras' sets) and `specc.data.generated` (formulas). Keras' image
sets keep an axis for the channel; its texts are sequences of word numbers, cut or padded with 0 at the end to
`maxlen`. The first target is the one that a spec without `target` gets; the others are no inputs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from specc.component import Component
from specc.data.facts import CATEGORY, CLASSES, IMAGE, NUMBER, SEQUENCE, ColumnFacts, TargetFacts
from specc.diagnostics import Finding, error

Settings: TypeAlias = Mapping[str, Any]  # numbers, words and null, as YAML gives them


class Setting(NamedTuple):
    """A numeric argument of a set: its default and its range, ends included. Whole if the default is."""

    default: int | float
    low: int | float
    high: int | float
    nullable: bool = False

    def accepts(self, value: object) -> bool:
        """Whether the argument can be `value`."""
        if value is None or isinstance(value, bool):
            return value is None and self.nullable
        allowed = int if isinstance(self.default, int) else (int, float)
        return isinstance(value, allowed) and self.low <= value <= self.high

    @property
    def about(self) -> str:
        """What the argument can be."""
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {self.low} to {self.high}"


class Choice(NamedTuple):
    """An argument of a set that is one of a few words, the first by default."""

    words: tuple[str, ...]

    @property
    def default(self) -> str:
        """The first word."""
        return self.words[0]

    def accepts(self, value: object) -> bool:
        """Whether the argument can be `value`."""
        return value in self.words

    @property
    def about(self) -> str:
        """What the argument can be."""
        return " or ".join(f"`{word}`" for word in self.words)


@dataclass(frozen=True, slots=True)
class BuiltInSet:
    """A set with everything that is known of it. `origin` is `scikit-learn`, `keras` or `generated`."""

    name: str
    origin: str
    samples: int
    columns: Mapping[str, ColumnFacts]
    targets: Mapping[str, TargetFacts]
    given_test: int = 0
    settings: Settings = field(default_factory=dict)


def find_set(source: Component) -> tuple[BuiltInSet | None, list[Finding]]:
    """The set that `source` names, with its arguments filled in."""
    if source.type not in SETS:
        from specc.language.suggest import did_you_mean  # only faults pay for it

        notes = (f"the sets are {', '.join(SETS)}",)
        help_text = did_you_mean(source.type, SETS)
        message = f"there is no data set called `{source.type}`"
        return None, [error("unknown-dataset", message, source.span, notes=notes, help=help_text)]
    accepted, make = SETS[source.type]
    findings = [
        error("invalid-value", f"`{source.type}` has no argument `{name}`", source.span_of(name))
        for name in source.arguments
        if name not in accepted
    ]
    settings: dict[str, Any] = {}
    for name, setting in accepted.items():
        settings[name] = source.arguments.get(name, setting.default)
        if not setting.accepts(settings[name]):
            message = f"`{name}` is {setting.about}, not `{settings[name]}`"
            findings.append(error("invalid-value", message, source.span_of(name)))
    return (None, findings) if findings else (make(source.type, settings), [])


def _numbers(names: str, *, scaled: bool) -> dict[str, ColumnFacts]:
    return {
        name: ColumnFacts(name, NUMBER, options={"scale": "standard" if scaled else "none"}) for name in names.split()
    }


def _classes(name: str, names: tuple[str, ...]) -> tuple[ColumnFacts, TargetFacts]:
    return ColumnFacts(name, CATEGORY, dtype="string"), TargetFacts(name, CLASSES, len(names), names)


def _number(name: str) -> tuple[ColumnFacts, TargetFacts]:
    return ColumnFacts(name, NUMBER), TargetFacts(name, NUMBER)


def _counted(count: int) -> tuple[str, ...]:
    return tuple(str(index) for index in range(count))


def _built_in(
    origin: str,
    samples: int,
    features: Mapping[str, ColumnFacts],
    *targets: tuple[ColumnFacts, TargetFacts],
    given_test: int = 0,
) -> Callable[[str, Settings], BuiltInSet]:
    """A maker of a set of fixed size."""
    columns = dict(features) | {column.name: column for column, _ in targets}
    facts = {target.name: target for _, target in targets}
    return lambda name, settings: BuiltInSet(name, origin, samples, columns, facts, given_test, settings)


def _image(name: str, *shape: int) -> dict[str, ColumnFacts]:
    return {name: ColumnFacts(name, IMAGE, shape)}


def _words(samples: int, given_test: int, target: str, names: str) -> Callable[[str, Settings], BuiltInSet]:
    """A maker of a set of texts."""

    def make(name: str, settings: Settings) -> BuiltInSet:
        text = ColumnFacts("text", SEQUENCE, (settings["maxlen"],), "int32")
        classes = _classes(target, tuple(names.split()))
        return _built_in("keras", samples, {"text": text}, classes, given_test=given_test)(name, settings)

    return make


def _generated(features: str, target: str, classes: int | None = None) -> Callable[[str, Settings], BuiltInSet]:
    """A maker of points. `classes` is how many there are; None is what the argument of that name says."""

    def make(name: str, settings: Settings) -> BuiltInSet:
        count = classes or settings["classes"]
        columns = _numbers(features, scaled=False)
        return _built_in("generated", settings["samples"], columns, _classes(target, _counted(count)))(name, settings)

    return make


def _blobs(name: str, settings: Settings) -> BuiltInSet:
    features = " ".join(f"x{index + 1}" for index in range(settings["features"]))
    return _generated(features, "blob")(name, settings)


def _sines(name: str, settings: Settings) -> BuiltInSet:
    wave = ColumnFacts("wave", SEQUENCE, (settings["length"], 1))
    targets = [_classes("band", _counted(settings["classes"])), _number("next")]
    if settings["task"] == "forecast":
        targets.reverse()
    return _built_in("generated", settings["samples"], {"wave": wave}, *targets)(name, settings)


def _cifar100(name: str, settings: Settings) -> BuiltInSet:
    classes = _counted(100 if settings["label_mode"] == "fine" else 20)
    make = _built_in("keras", 60_000, _image("image", 32, 32, 3), _classes("label", classes), given_test=10_000)
    return make(name, settings)


def _settings(samples: int = 1000, **more: Setting | Choice) -> dict[str, Setting | Choice]:
    return {"samples": Setting(samples, 1, 1_000_000), **more, "seed": Setting(0, 0, 2**63 - 1)}


def _noise(default: float) -> Setting:
    return Setting(default, 0.0, 1e6)


_TEXTS = {"num_words": Setting(10_000, 4, 1_000_000, nullable=True), "maxlen": Setting(200, 1, 10_000)}
_IRIS = "sepal_length sepal_width petal_length petal_width"
_WINE = (
    "alcohol malic_acid ash alcalinity_of_ash magnesium total_phenols flavanoids nonflavanoid_phenols proanthocyanins"
    " color_intensity hue od280_od315_of_diluted_wines proline"
)
_CELL = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave_points",
    "symmetry",
    "fractal_dimension",
)
_CANCER = " ".join(
    [f"mean_{name}" for name in _CELL] + [f"{name}_error" for name in _CELL] + [f"worst_{name}" for name in _CELL]
)
_HOUSING = "MedInc HouseAge AveRooms AveBedrms Population AveOccup Latitude Longitude"
_GARMENTS = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
_CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass"
    " crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi"
    " iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead"
)

SETS: Mapping[str, tuple[Mapping[str, Setting | Choice], Callable[[str, Settings], BuiltInSet]]] = {
    "digits": ({}, _built_in("scikit-learn", 1797, _image("image", 8, 8, 1), _classes("digit", _counted(10)))),
    "iris": (
        {},
        _built_in(
            "scikit-learn",
            150,
            _numbers(_IRIS, scaled=True),
            _classes("species", ("setosa", "versicolor", "virginica")),
        ),
    ),
    "wine": (
        {},
        _built_in(
            "scikit-learn",
            178,
            _numbers(_WINE, scaled=True),
            _classes("cultivar", ("class_0", "class_1", "class_2")),
        ),
    ),
    "breast_cancer": (
        {},
        _built_in("scikit-learn", 569, _numbers(_CANCER, scaled=True), _classes("diagnosis", ("malignant", "benign"))),
    ),
    "diabetes": (
        {},
        _built_in(
            "scikit-learn", 442, _numbers("age sex bmi bp s1 s2 s3 s4 s5 s6", scaled=True), _number("progression")
        ),
    ),
    "mnist": (
        {},
        _built_in("keras", 70_000, _image("image", 28, 28, 1), _classes("digit", _counted(10)), given_test=10_000),
    ),
    "fashion_mnist": (
        {},
        _built_in("keras", 70_000, _image("image", 28, 28, 1), _classes("garment", _GARMENTS), given_test=10_000),
    ),
    "cifar10": (
        {},
        _built_in("keras", 60_000, _image("image", 32, 32, 3), _classes("label", _CIFAR10), given_test=10_000),
    ),
    "cifar100": ({"label_mode": Choice(("fine", "coarse"))}, _cifar100),
    "imdb": (_TEXTS, _words(50_000, 25_000, "sentiment", "negative positive")),
    "reuters": (_TEXTS, _words(11_228, 2_246, "topic", _TOPICS)),
    "california_housing": (
        {},
        _built_in("keras", 20_640, _numbers(_HOUSING, scaled=True), _number("MedHouseVal"), given_test=4_128),
    ),
    "xor": (_settings(4, noise=_noise(0.0)), _generated("a b", "xor", 2)),
    "moons": (_settings(noise=_noise(0.1)), _generated("x y", "moon", 2)),
    "circles": (_settings(factor=Setting(0.5, 0.0, 1.0), noise=_noise(0.1)), _generated("x y", "circle", 2)),
    "spirals": (
        _settings(classes=Setting(2, 2, 1000), turns=Setting(1.5, 0.0, 1000.0), noise=_noise(0.1)),
        _generated("x y", "spiral"),
    ),
    "blobs": (
        _settings(classes=Setting(3, 2, 1000), features=Setting(2, 1, 1000), spread=_noise(1.0)),
        _blobs,
    ),
    "sines": (
        _settings(
            length=Setting(32, 2, 100_000),
            classes=Setting(3, 2, 1000),
            task=Choice(("classify", "forecast")),
            noise=_noise(0.1),
        ),
        _sines,
    ),
    "eight_gaussians": (
        _settings(radius=Setting(2.0, 0.0, 1e6), std=_noise(0.05)),
        _generated("x y", "gaussian", 8),
    ),
}
