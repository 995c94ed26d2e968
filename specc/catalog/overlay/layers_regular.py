"""Normalization and regularization layers."""

from specc.catalog.entries import Family, entry
from specc.catalog.types import Type, boolean, component, integer, number

_LIMIT = number(minimum=0).schema
_CLIPPING = Type(
    {
        "type": "object",
        "properties": {"rmin": _LIMIT, "rmax": _LIMIT, "dmax": _LIMIT},
        "additionalProperties": False,
    },
    "Limits of the corrections: rmin, rmax and dmax.",
)

NORMALIZATION: Family = {
    "BatchNormalization": entry(
        "Normalizes each feature over the batch; keeps running statistics for later use.",
        axis=integer("The feature axis."),
        moving_mean_initializer=component("initializer", "Starting running mean."),
        moving_variance_initializer=component("initializer", "Starting running variance."),
        renorm=boolean("Correct the batch statistics by the running ones (batch renormalization)."),
        renorm_clipping=_CLIPPING,
        renorm_momentum=number("Share of the old value kept by the corrections.", minimum=0, maximum=1),
    ),
    "LayerNormalization": entry("Normalizes each sample over its features."),
    "GroupNormalization": entry(
        "Normalizes each sample over groups of channels.",
        groups=Type(integer(minimum=-1).schema | {"not": {"const": 0}}, "Number of groups; -1 makes one per channel."),
        axis=integer("The channel axis."),
    ),
    "RMSNormalization": entry("Divides each sample by its root mean square."),
    "UnitNormalization": entry("Scales each sample to length one."),
}

REGULARIZATION: Family = {
    "Dropout": entry("Sets a random share of values to zero while training, and scales up the rest."),
    "AlphaDropout": entry("Dropout for SELU networks, which leaves mean and variance as they are."),
    "GaussianDropout": entry("Multiplies by random factors around one while training."),
    "GaussianNoise": entry(
        "Adds random noise while training.", stddev=number("Width of the noise.", minimum=0, maximum=1)
    ),
    "SpatialDropout1D": entry("Drops whole channels of a sequence while training."),
    "SpatialDropout2D": entry("Drops whole channels of an image while training."),
    "SpatialDropout3D": entry("Drops whole channels of a volume while training."),
    "ActivityRegularization": entry(
        "Adds a penalty on the values that pass, which stay as they are.",
        l1=number("Strength of the penalty on absolute values.", minimum=0),
        l2=number("Strength of the penalty on squares.", minimum=0),
    ),
}
