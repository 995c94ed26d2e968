"""Paired layers -> whether the weights of the old model fit the new one, and which layers' do.

Weights are found by the name of their layer, and fit if they have the same names and shapes.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from specc.comparing.layers import Layer, Pair


class Fit(StrEnum):
    """What the old model has for a layer: weights that fit, others, none of that name, or nobody knows."""

    FITS = "fits"
    DIFFERS = "differs"
    MISSING = "missing"
    UNKNOWN = "unknown"


class LayerFit(NamedTuple):
    """A layer of the new model that has weights. `was` is another name under which the old model has them."""

    name: str
    fit: Fit
    was: str = ""


class WeightsFit(NamedTuple):
    """The layers of the new model that have weights, and the old ones whose weights nothing takes."""

    layers: tuple[LayerFit, ...]
    unused: tuple[str, ...]

    def those(self, fit: Fit) -> tuple[LayerFit, ...]:
        """The layers of which this holds."""
        return tuple(layer for layer in self.layers if layer.fit is fit)

    @property
    def verdict(self) -> str:
        """`all` if every layer finds its weights, `none` if none does, `unknown` if that cannot be told, or `some`."""
        fits = len(self.those(Fit.FITS))
        if fits == len(self.layers):
            return "all"
        if self.those(Fit.UNKNOWN):
            return "unknown"
        return "some" if fits else "none"

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        layers = [{"name": layer.name, "fit": str(layer.fit), "was": layer.was or None} for layer in self.layers]
        return {"fit": self.verdict, "layers": layers, "unused": list(self.unused)}


def weights_fit(before: Iterable[Layer], pairs: Sequence[Pair]) -> WeightsFit:
    """What the layers of the new model find among the weights of the old one."""
    old = {layer.name: layer for layer in before}
    fits = [
        _layer_fit(pair.after, old.get(pair.after.name), pair.before)
        for pair in pairs
        if pair.after and _brings(pair.after)
    ]
    taken = {layer.name for layer in fits}
    return WeightsFit(tuple(fits), tuple(name for name, layer in old.items() if _brings(layer) and name not in taken))


def _brings(layer: Layer) -> bool:
    """Whether a layer has weights of its own, or may have."""
    return layer.weights is None or bool(layer.weights)


def _layer_fit(layer: Layer, same_name: Layer | None, partner: Layer | None) -> LayerFit:
    if same_name is None or not _brings(same_name):
        renamed = partner is not None and partner.name != layer.name and _fit(partner, layer) is Fit.FITS
        return LayerFit(layer.name, Fit.MISSING, partner.name if partner and renamed else "")
    return LayerFit(layer.name, _fit(same_name, layer))


def _fit(old: Layer, new: Layer) -> Fit:
    if old.weights is None or new.weights is None:
        return Fit.UNKNOWN
    shapes = ([(weight.name, weight.shape) for weight in layer.weights or ()] for layer in (old, new))
    return Fit.FITS if next(shapes) == next(shapes) else Fit.DIFFERS
