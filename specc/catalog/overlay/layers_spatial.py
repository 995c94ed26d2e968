"""Convolution, pooling and reshaping layers."""

from specc.catalog.entries import Entry, Family, entry
from specc.catalog.types import Schema, Type, array, choice, integer, sizes

_CAUSAL = choice(
    ["valid", "same", "causal"], "`valid` uses only whole windows, `same` keeps the size, `causal` never looks ahead."
)


def _windowed(about: str, rank: int, **types: Type) -> Entry:
    """A layer with a kernel over `rank` spatial axes."""
    usual = {
        "kernel_size": sizes(rank),
        "strides": sizes(rank),
        "dilation_rate": sizes(rank),
    }
    return entry(about, shared=usual | types)


def _pooling(about: str, rank: int) -> Entry:
    return entry(
        about,
        first="pool_size",
        pool_size=sizes(rank),
        strides=sizes(rank, "Step of the window; null equals its size."),
    )


CONVOLUTION: Family = {
    "Conv1D": _windowed("Convolution along a sequence.", 1, padding=_CAUSAL),
    "Conv2D": _windowed("Convolution over images.", 2),
    "Conv3D": _windowed("Convolution over volumes or videos.", 3),
    "Conv1DTranspose": _windowed(
        "Transposed convolution along a sequence, which can lengthen it.", 1, output_padding=sizes(1, minimum=0)
    ),
    "Conv2DTranspose": _windowed(
        "Transposed convolution over images, which can enlarge them.", 2, output_padding=sizes(2, minimum=0)
    ),
    "Conv3DTranspose": _windowed(
        "Transposed convolution over volumes, which can enlarge them.", 3, output_padding=sizes(3, minimum=0)
    ),
    "DepthwiseConv1D": _windowed("Convolves every channel of a sequence on its own.", 1, padding=_CAUSAL),
    "DepthwiseConv2D": _windowed("Convolves every channel of an image on its own.", 2),
    "SeparableConv1D": _windowed("Convolves each channel of a sequence, then mixes the channels.", 1, padding=_CAUSAL),
    "SeparableConv2D": _windowed("Convolves each channel of an image, then mixes the channels.", 2),
}


def _adaptive(about: str, rank: int) -> Entry:
    return entry(about, output_size=sizes(rank, "Extent of the result along each spatial axis."))


POOLING: Family = {
    "MaxPooling1D": _pooling("Largest value per window of a sequence.", 1),
    "MaxPooling2D": _pooling("Largest value per window of an image.", 2),
    "MaxPooling3D": _pooling("Largest value per window of a volume.", 3),
    "AveragePooling1D": _pooling("Mean per window of a sequence.", 1),
    "AveragePooling2D": _pooling("Mean per window of an image.", 2),
    "AveragePooling3D": _pooling("Mean per window of a volume.", 3),
    "AdaptiveMaxPooling1D": _adaptive("Largest values of a sequence, with windows that give a wanted length.", 1),
    "AdaptiveMaxPooling2D": _adaptive("Largest values of an image, with windows that give a wanted size.", 2),
    "AdaptiveMaxPooling3D": _adaptive("Largest values of a volume, with windows that give a wanted size.", 3),
    "AdaptiveAveragePooling1D": _adaptive("Means of a sequence, with windows that give a wanted length.", 1),
    "AdaptiveAveragePooling2D": _adaptive("Means of an image, with windows that give a wanted size.", 2),
    "AdaptiveAveragePooling3D": _adaptive("Means of a volume, with windows that give a wanted size.", 3),
    "GlobalMaxPooling1D": entry("Largest value over a whole sequence.", first=None),
    "GlobalMaxPooling2D": entry("Largest value over a whole image.", first=None),
    "GlobalMaxPooling3D": entry("Largest value over a whole volume.", first=None),
    "GlobalAveragePooling1D": entry("Mean over a whole sequence, padding left out.", first=None),
    "GlobalAveragePooling2D": entry("Mean over a whole image.", first=None),
    "GlobalAveragePooling3D": entry("Mean over a whole volume.", first=None),
}


def _margins(rank: int, about: str) -> Type:
    """One margin for all sides, one per axis, or a pair of margins per axis."""
    margin = integer(minimum=0).schema
    pair: Schema = {"type": ["integer", "array", "string"], "pattern": "^\\$", "minimum": 0}
    pair |= {"items": margin, "minItems": 2, "maxItems": 2}
    if rank == 1:
        return Type(pair, about)
    return Type(pair | {"items": pair, "minItems": rank, "maxItems": rank}, about)


def _target_size() -> Type:
    """Sizes of a new shape, one of which may be -1: whatever is left."""
    schema = integer(minimum=-1).schema | {"not": {"const": 0}}
    return array(Type(schema), "The new shape without the batch axis; one size may be -1: what is left.")


_CROP = "Rows, columns or steps cut off: one for all sides, one per axis, or a pair per axis."
_PAD = "Zeros added: one for all sides, one per axis, or a pair per axis."

RESHAPING: Family = {
    "Flatten": entry("Lays all axes but the batch axis out as one.", first=None),
    "Reshape": entry("Gives the same values another shape.", target_shape=_target_size()),
    "Permute": entry(
        "Reorders the axes.", dims=array(integer(minimum=1), "The new order of the axes, counted from 1.", least=1)
    ),
    "RepeatVector": entry("Repeats a vector, which makes a sequence.", n=integer("How often.", minimum=1)),
    "Cropping1D": entry(
        "Cuts steps off both ends of a sequence.", cropping=_margins(1, "Steps cut off: one number, or one per end.")
    ),
    "Cropping2D": entry("Cuts the borders off images.", cropping=_margins(2, _CROP)),
    "Cropping3D": entry("Cuts the borders off volumes.", cropping=_margins(3, _CROP)),
    "UpSampling1D": entry("Repeats every step of a sequence.", size=integer("How often.", minimum=1)),
    "UpSampling2D": entry(
        "Enlarges images by whole factors.",
        size=sizes(2, "Factor per axis."),
        interpolation=choice(["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"], "How new pixels are found."),
    ),
    "UpSampling3D": entry("Enlarges volumes by whole factors.", size=sizes(3, "Factor per axis.")),
    "ZeroPadding1D": entry(
        "Adds zeros at both ends of a sequence.", padding=_margins(1, "Zeros added: one number, or one per end.")
    ),
    "ZeroPadding2D": entry("Adds a border of zeros to images.", padding=_margins(2, _PAD)),
    "ZeroPadding3D": entry("Adds a border of zeros to volumes.", padding=_margins(3, _PAD)),
}
