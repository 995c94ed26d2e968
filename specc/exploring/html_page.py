"""A `Profile` as one HTML file with the look of the report: no script, nothing fetched, everything escaped."""

import base64
import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

import jinja2
import numpy as np
from PIL import Image

from specc.diagnostics import Finding
from specc.exploring.profile import Profile, Spread
from specc.exploring.text_form import about, number_text
from specc.reporting.html_page import environment

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

SMALLEST_SIDE = 56
"""In pixels; smaller images are shown larger."""
LARGEST_SIDE = 256
DARK = 64


def as_html(profile: Profile, findings: Iterable[Finding], images: Mapping[str, Mapping[str, Array]]) -> str:
    """The page. `images` are samples by column and split, (n, h, w, c), as `specc.exploring.explore` gives them."""
    pictures = {
        column: {split: [_data_uri(image, array) for image in array] for split, array in by_split.items()}
        for column, by_split in images.items()
    }
    return _template().render(profile=profile, findings=list(findings), images=pictures)


@cache
def _template() -> jinja2.Template:
    ours = environment()
    ours.filters |= {"about": about, "bars": _bars, "number_text": number_text}
    return ours.from_string((files("specc.exploring") / "templates" / "data.html.j2").read_text(encoding="utf-8"))


def _bars(spread: Spread) -> list[tuple[float, float]]:
    """Top and height of each bar of a histogram, in percent."""
    most = max(spread.histogram)
    heights = [100 * count / most for count in spread.histogram]
    return [(round(100 - height, 2), round(height, 2)) for height in heights]


def _data_uri(image: Array, others: Array) -> str:
    """A PNG inside the page. Where all images together are dark, as those from 0 to 1, the lightest becomes white."""
    values = np.nan_to_num(image.astype("float64"))
    lightest = max(float(np.nan_to_num(other.astype("float64")).max()) for other in others)
    values = values * 255 / lightest if 0 < lightest < DARK else values
    pixels = np.clip(values, 0, 255).astype("uint8")
    pixels = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[-1] == 1 else pixels
    picture = Image.fromarray(pixels)
    side = min(picture.size)
    if side < SMALLEST_SIDE:
        factor = -(-SMALLEST_SIDE // side)
        picture = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    picture.save(content := io.BytesIO(), "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
