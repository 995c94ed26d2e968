"""Layers that change pictures at random while training."""

from specc.catalog.entries import Entry, Family, entry
from specc.catalog.types import Type, boolean, choice, integer, number, one_or_many, sizes, spread

_SHARE = spread("Strength of the change; two numbers are a range.", minimum=0, maximum=1)
_CHANCE = number("Chance that an image is changed.", minimum=0, maximum=1)


def _photometric(about: str, **types: Type) -> Entry:
    """A change of colors whose strength lies between 0 and 1."""
    return entry(about, shared={"factor": _SHARE} | types)


AUGMENTATION: Family = {
    "AugMix": _photometric(
        "Blends several chains of random changes with the original.",
        num_chains=integer("Number of chains.", minimum=1),
        chain_depth=integer("Most changes in a chain.", minimum=1),
        alpha=number("Evenness of the random blend.", above=0),
        all_ops=boolean("Use every kind of change, the strong ones too."),
    ),
    "AutoContrast": entry("Stretches each image over the full range of values."),
    "ContrastLimitedAdaptiveHistogramEqualization": entry(
        "Evens out the brightness in tiles, with a limit on the contrast.",
        clip_limit=number("Limit of the contrast.", minimum=0),
        tile_grid_size=sizes(2, "Tiles down and across."),
    ),
    "CutMix": entry(
        "Pastes a patch of another image and mixes the labels accordingly.",
        factor=Type(spread(minimum=0, maximum=1).schema, "Evenness of the random patch size; two numbers are a range."),
    ),
    "Equalization": entry("Evens out the histogram of each channel.", bins=integer("Number of bins.", minimum=1)),
    "MixUp": entry("Blends pairs of images and their labels.", alpha=number("Evenness of the blend.", above=0)),
    "RandAugment": _photometric(
        "Applies a few changes picked at random.",
        num_ops=integer("Changes per image.", minimum=1),
    ),
    "RandomBrightness": entry("Makes images brighter or darker."),
    "RandomColorDegeneration": _photometric("Fades colors towards gray."),
    "RandomColorJitter": entry(
        "Changes brightness, contrast, saturation and hue together.",
        first=None,
        brightness_factor=spread("Range of the brightness change.", minimum=-1, maximum=1),
        contrast_factor=spread("Range of the contrast change.", minimum=0, maximum=1),
        saturation_factor=spread("Range of the saturation change.", minimum=0, maximum=1),
        hue_factor=spread("Range of the hue change.", minimum=0, maximum=1),
    ),
    "RandomContrast": _photometric("Raises or lowers the contrast."),
    "RandomCrop": entry("Cuts out a piece at a random place."),
    "RandomElasticTransform": _photometric(
        "Warps images like rubber.",
        scale=spread("Size of the warps.", minimum=0, maximum=1),
    ),
    "RandomErasing": _photometric(
        "Blanks out a random rectangle.",
        scale=spread("Area of the rectangle as a share of the image.", minimum=0, maximum=1),
        fill_value=one_or_many(number(), "Value, or value per channel, of the rectangle; null fills in noise."),
    ),
    "RandomFlip": entry(
        "Mirrors images.",
        mode=choice(["horizontal", "vertical", "horizontal_and_vertical"], "Directions in which to mirror."),
    ),
    "RandomGaussianBlur": _photometric(
        "Blurs images.",
        kernel_size=sizes(2, "Extent of the blur, odd."),
        sigma=spread("Width of the blur.", minimum=0, maximum=1),
    ),
    "RandomGrayscale": entry("Takes the colors away.", factor=_CHANCE),
    "RandomHue": _photometric("Turns colors around the color circle."),
    "RandomInvert": _photometric("Turns images into their negatives."),
    "RandomPerspective": _photometric(
        "Tilts images as if seen from the side.",
        scale=number("Strength of the tilt.", minimum=0, maximum=1),
    ),
    "RandomPosterization": entry(
        "Reduces the number of shades.", factor=spread("Bits kept per channel.", minimum=1, maximum=8)
    ),
    "RandomRotation": entry(
        "Turns images.",
        factor=spread("Angle as a share of a full turn; two numbers are a range.", minimum=-1, maximum=1),
    ),
    "RandomSaturation": _photometric("Makes colors paler or stronger."),
    "RandomSharpness": _photometric("Makes images softer or sharper."),
    "RandomShear": entry(
        "Slants images.",
        x_factor=spread("Horizontal slant.", minimum=0, maximum=1),
        y_factor=spread("Vertical slant.", minimum=0, maximum=1),
    ),
    "RandomTranslation": entry("Shifts images."),
    "RandomZoom": entry(
        "Zooms in (below zero) or out (above zero).",
        height_factor=spread("Vertical zoom; two numbers are a range.", above=-1, maximum=1),
        width_factor=spread("Horizontal zoom; null keeps the proportions.", above=-1, maximum=1),
    ),
    "Solarization": entry("Inverts the bright pixels."),
}
