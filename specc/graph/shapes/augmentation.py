"""Shapes of the image layers: resizing, cropping and random changes."""

from specc.graph.shapes.rule import Call, Outcome, Shape, autocast, channels_last, integer, one, rank_is, tensor


def _image(call: Call) -> Shape | None:
    """The shape of a batch of images. Keras builds other ranks too, and takes the batch for rows of pixels."""
    return rank_is(call, tensor(call, "data"), 4)


def resized(call: Call) -> Outcome:
    """`Resizing`, `CenterCrop` and `RandomCrop`: the image becomes `height` by `width`."""
    height, width = integer(call, "height"), integer(call, "width")
    shape = _image(call)
    if shape is None:
        return one(None, call.compute_dtype)
    if channels_last(call):
        return one((shape[0], height, width, shape[3]), call.compute_dtype)
    return one((shape[0], shape[1], height, width), call.compute_dtype)


def altered(call: Call) -> Outcome:
    """A random or fixed change of the pixels; the shape stays."""
    return one(_image(call), call.compute_dtype)


def kept(call: Call) -> Outcome:
    """A change of the pixels that keeps the dtype too, except that floats are cast to the layer's."""
    return one(_image(call), autocast(tensor(call, "data"), call.compute_dtype).dtype)
