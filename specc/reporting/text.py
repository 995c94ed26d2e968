"""Numbers, times and the user's own words as readers want to see them, shared by the HTML and the Markdown report.

Nothing here escapes for HTML: the template engine does that.
"""

import math
import re

from specc.reporting.report import Headline
from specc.runs import StartingLayer, StartingWeights, Verified

DASH = "\N{EN DASH}"

# Control characters have no look, and those that turn the reading direction can make a text say something else.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def visible(text: str) -> str:
    r"""`text` with every character that could hide or reorder others spelt out: ESC becomes `\x1b`."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text.replace("\r\n", "\n"))


def number(value: float) -> str:
    """Four significant digits, without an exponent where that is shorter to read."""
    if not math.isfinite(value):
        return DASH
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e6:
        digits = max(0, 3 - math.floor(math.log10(abs(value))))
        return f"{value:,.{digits}f}"
    return f"{value:.3e}"


def percent(share: float) -> str:
    """A share of one, with one decimal place."""
    return f"{share:.1%}" if math.isfinite(share) else DASH


def metric(name: str, value: float) -> str:
    """A metric's value; accuracies are shares."""
    return percent(value) if "accuracy" in name else number(value)


def label(name: str) -> str:
    """A metric's name in words."""
    name = f"validation {name[4:]}" if name.startswith("val_") else name
    return name.replace("_", " ")


def headline(shown: Headline) -> str:
    """What stands below a headline's number."""
    return f"{shown.split} {label(shown.metric)}"


def status(layer: StartingLayer) -> str:
    """Whether a layer started from a file, and why not."""
    words = {"loaded": "loaded", "differs": "does not fit", "missing": "not in the file"}.get(
        layer.status, layer.status
    )
    return f"{words}: {layer.why}" if layer.why else words


def origin(weights: StartingWeights) -> str:
    """Where weights came from and how many layers took them, in sentences."""
    loaded = sum(layer.status == "loaded" for layer in weights.layers)
    within = f", its model {weights.within}" if weights.within else ""
    said = [f"{loaded} of {len(weights.layers)} layers started from {weights.path}{within} ({weights.sha256[:19]}…)."]
    if weights.matched_by == "position":
        said.append("The file tells no names, so they were told by position.")
    if weights.frozen:
        said.append(f"{len(weights.frozen)} were frozen.")
    if weights.unused:
        said.append(f"{len(weights.unused)} of the file were not used.")
    return " ".join(said)


def verified(found: Verified) -> str:
    """What came of training a run again, in a sentence; empty if nobody tried."""
    if found.equal is None:
        return ""
    when = f" on {moment(found.time)}" if found.time else ""
    if found.equal:
        return f"Trained again{when}, everything came out the same, bit for bit."
    return f"Trained again{when}, not everything came out the same: {'; '.join(found.differences)}."


def duration(seconds: float) -> str:
    """A stretch of time in its two largest units."""
    if not math.isfinite(seconds):
        return DASH
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def moment(iso: str) -> str:
    """An ISO 8601 time to the second, as it is in any other form."""
    return re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)$", r"\1 \2 UTC", iso)
