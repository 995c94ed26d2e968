"""Data sets by name, and distribution strategies: specc's own types, which Keras' constructors do not describe."""

from specc.catalog.entries import Entry, Extra, Family, entry
from specc.catalog.types import Type, choice, integer, nullable, number, string

_SEED = Extra(integer("Another seed gives other samples of the same kind.", minimum=0), 0)
_CLASSES = integer("Number of classes.", minimum=2)


def _samples(default: int) -> Extra:
    return Extra(integer("Number of samples.", minimum=1), default)


def _noise(default: float) -> Extra:
    return Extra(number("Width of the random noise on each value.", minimum=0), default)


def _generated(about: str, samples: int, noise: float | None, **others: tuple[Type, object]) -> Entry:
    """A set made on the spot. Arguments keep the order samples, others, noise, seed."""
    extra = {"samples": _samples(samples)} | {name: Extra(kind, default) for name, (kind, default) in others.items()}
    if noise is not None:
        extra["noise"] = _noise(noise)
    return entry(about, first="samples", extra=extra | {"seed": _SEED})


_WORDS = nullable(integer("Keep only this many of the most frequent words; null keeps all.", minimum=4))
_LENGTH = integer("Words per text: longer ones are cut, shorter ones padded with 0.", minimum=1)

BUNDLED: Family = {
    "digits": entry("1,797 handwritten digits, 8x8 pixels from 0 to 16, 10 classes."),
    "iris": entry("150 iris flowers, 4 measurements, 3 species."),
    "wine": entry("178 wines, 13 chemical measurements, 3 growers."),
    "breast_cancer": entry("569 tumors, 30 measurements, malignant or benign."),
    "diabetes": entry("442 patients, 10 measurements, progress of the disease as a number."),
}

DOWNLOADED: Family = {
    "mnist": entry("70,000 handwritten digits, 28x28 pixels, 10 classes."),
    "fashion_mnist": entry("70,000 pictures of clothes, 28x28 pixels, 10 classes."),
    "cifar10": entry("60,000 color photos, 32x32 pixels, 10 classes."),
    "cifar100": entry(
        "60,000 color photos, 32x32 pixels, 100 classes in 20 groups.",
        first="label_mode",
        extra={"label_mode": Extra(choice(["fine", "coarse"], "The 100 classes, or their 20 groups."), "fine")},
    ),
    "imdb": entry(
        "50,000 film reviews as word ids, good or bad.",
        first="num_words",
        extra={"num_words": Extra(_WORDS, 10000), "maxlen": Extra(_LENGTH, 200)},
    ),
    "reuters": entry(
        "11,228 news items as word ids, 46 topics.",
        first="num_words",
        extra={"num_words": Extra(_WORDS, 10000), "maxlen": Extra(_LENGTH, 200)},
    ),
    "california_housing": entry("20,640 districts, 8 features, median house value as a number."),
}

GENERATED: Family = {
    "xor": _generated("Two bits and their exclusive or; four samples are the truth table.", 4, 0),
    "moons": _generated("Two interleaved half circles.", 1000, 0.1),
    "circles": _generated(
        "A circle inside another.",
        1000,
        0.1,
        factor=(number("Radius of the inner circle, the outer being 1.", above=0, below=1), 0.5),
    ),
    "spirals": _generated(
        "Interleaved spiral arms, one per class.",
        1000,
        0.1,
        classes=(_CLASSES, 2),
        turns=(number("Turns of each arm.", above=0), 1.5),
    ),
    "blobs": _generated(
        "Round clusters, one per class.",
        1000,
        None,
        classes=(_CLASSES, 3),
        features=(integer("Number of features.", minimum=1), 2),
        spread=(number("Width of each cluster.", above=0), 1.0),
    ),
    "sines": _generated(
        "Noisy sine waves: tell their frequency, or forecast the next value.",
        1000,
        0.1,
        length=(integer("Steps per wave.", minimum=2), 32),
        classes=(_CLASSES, 3),
        task=(choice(["classify", "forecast"], "Tell the frequency class, or forecast the next value."), "classify"),
    ),
    "eight_gaussians": _generated(
        "Eight clusters on a circle, for generative models.",
        1000,
        None,
        radius=(number("Radius of the circle.", above=0), 2.0),
        std=(number("Width of each cluster.", above=0), 0.05),
    ),
}

_DEVICE = string("Device, such as CPU:0 or GPU:1.", pattern="^(\\$|(/.*)?([A-Z_]+|[a-z]+):[0-9]+$)")
_DEVICES = Type(
    {
        "type": ["integer", "array", "string"],
        "pattern": "^\\$",
        "minimum": 1,
        "items": _DEVICE.schema,
        "minItems": 1,
    },
    "Number of devices, or their names; null takes all GPUs.",
)

STRATEGIES: Family = {
    "auto": entry("All GPUs of this machine, or the CPU where there is none."),
    "none": entry("No strategy: TensorFlow's default device."),
    "OneDeviceStrategy": entry(
        "Everything on one device.", first="device", extra={"device": Extra(_DEVICE, required=True)}
    ),
    "MirroredStrategy": entry(
        "A copy of the model per device, each with its share of every batch.",
        first="devices",
        extra={"devices": Extra(nullable(_DEVICES), None)},
    ),
    "MultiWorkerMirroredStrategy": entry(
        "A copy of the model per device of several machines; the cluster is told by the environment.", first=None
    ),
    "TPUStrategy": entry(
        "A copy of the model per core of a TPU.",
        first="tpu",
        extra={
            "tpu": Extra(nullable(string("Name or address of the TPU; null takes the one of the environment.")), None)
        },
    ),
}
