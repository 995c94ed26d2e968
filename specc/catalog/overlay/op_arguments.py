"""The usual type and hover text of an argument of keras.ops, by its name. `overlay.ops` has the exceptions."""

from specc.catalog.types import DTYPES, Type, array, boolean, choice, integer, number, one_or_many

OP: dict[str, Type] = {
    "approximate": boolean("Use the faster tanh form."),
    "axes": one_or_many(integer(), "Axes to work along."),
    "axis": one_or_many(integer(), "Axis to work along; null is all of them."),
    "axis1": integer("First axis."),
    "axis2": integer("Second axis."),
    "block_size": integer("Side of the squares that become channels, or come from them.", minimum=2),
    "data_format": choice(
        ["channels_last", "channels_first"], "Where the channel axis stands; null is Keras' setting."
    ),
    "dtype": choice(DTYPES, "Type of the result."),
    "epsilon": number("Small constant that keeps divisions finite.", above=0),
    "indices_or_sections": one_or_many(integer(minimum=0), "Number of equal parts, or the places of the cuts."),
    "k": integer("Which diagonal: 0 is the main one, positive ones lie above."),
    "keepdims": boolean("Keep the reduced axes with size 1."),
    "method": choice(["linear", "lower", "higher", "midpoint", "nearest"], "What to take between two values."),
    "negative_slope": number("Slope for inputs below zero.", minimum=0),
    "num_classes": integer("Number of classes.", minimum=1),
    "offset": integer("Which diagonal: 0 is the main one, positive ones lie above."),
    "padding": choice(
        ["valid", "same"], "`valid` uses only whole windows, `same` pads so that stride 1 keeps the size."
    ),
    "pool_size": one_or_many(integer(minimum=1), "Extent of the pooling window."),
    "shape": array(integer(minimum=1), "The shape, batch axis included."),
    "sparse": boolean("Put out sparse tensors."),
    "strides": one_or_many(integer(minimum=1), "Step of the window; null equals its size."),
    "threshold": number("Where the function changes."),
}
