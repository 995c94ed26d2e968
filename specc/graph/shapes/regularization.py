"""Shapes of the layers that act in training only: dropouts, noises, penalties on activity."""

from specc.graph.shapes.rule import Call, Outcome, Refusal, Rule, one, rank_is, shown, tensor


def fraction(call: Call, name: str, high: float = 1.0) -> None:
    """Verify that an argument is a number from 0 to `high`."""
    value = call.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= high:
        raise Refusal("invalid-argument", f"`{name}` needs a number from 0 to {high:g}, got {shown(value)}", at=name)


def dropout(call: Call) -> Outcome:
    """`Dropout`, `AlphaDropout` and `GaussianDropout`: the shape stays."""
    fraction(call, "rate")
    return one(tensor(call).shape, call.compute_dtype)


def spatial_dropout(rank: int) -> Rule:
    """The rule of `SpatialDropout1D`, `SpatialDropout2D` or `SpatialDropout3D`."""

    def rule(call: Call) -> Outcome:
        fraction(call, "rate")
        return one(rank_is(call, tensor(call), rank + 2), call.compute_dtype)

    return rule


def gaussian_noise(call: Call) -> Outcome:
    """`GaussianNoise`: Keras wants its standard deviation in 0 to 1."""
    fraction(call, "stddev")
    return one(tensor(call).shape, call.compute_dtype)
