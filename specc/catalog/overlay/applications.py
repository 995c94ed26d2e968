"""Ready-made image models of keras.applications, used like a layer."""

from specc.catalog.entries import Entry, Extra, Family, entry
from specc.catalog.types import boolean

_SIZES = {
    "ConvNeXt": ("Convolutional network with ideas from transformers", ("Tiny", "Small", "Base", "Large", "XLarge")),
    "DenseNet": ("Network in which every block sees all earlier ones", ("121", "169", "201")),
    "EfficientNet": ("Network scaled evenly in depth, width and resolution", tuple(f"B{i}" for i in range(8))),
    "EfficientNetV2": (
        "EfficientNet made faster to train",
        ("B0", "B1", "B2", "B3", "S", "M", "L"),
    ),
    "NASNet": ("Network found by architecture search", ("Mobile", "Large")),
    "MobileNetV3": ("Small network for phones, third version", ("Small", "Large")),
    "VGG": ("Plain deep stack of 3x3 convolutions", ("16", "19")),
}
_SINGLE = {
    "InceptionResNetV2": "Inception blocks with residual connections.",
    "InceptionV3": "Blocks with convolutions of several sizes side by side.",
    "MobileNet": "Small network of depthwise convolutions, for phones.",
    "MobileNetV2": "Small network with inverted residual blocks, for phones.",
    "Xception": "Deep network of separable convolutions.",
}


def _application(about: str) -> Entry:
    return entry(about, first="weights", extra={"trainable": Extra(boolean(), True)})


APPLICATIONS: Family = {
    **{
        f"{family}{size}": _application(f"{about}; size {size}.")
        for family, (about, variants) in _SIZES.items()
        for size in variants
    },
    **{
        f"ResNet{depth}{version}": _application(f"Residual network with {depth} layers{addition}.")
        for depth in (50, 101, 152)
        for version, addition in (("", ""), ("V2", ", normalizing before each convolution"))
    },
    **{name: _application(about) for name, about in _SINGLE.items()},
}
