"""The shape rules: for each layer type the function that verifies its inputs and infers its outputs.

`rule_of` finds them by the types' own names; a type that has none infers *unknown*. The rules of operations and of
whole networks are only read when a spec uses one.
"""

from specc.graph.shapes import (
    activation,
    attention,
    augmentation,
    convolution,
    core,
    merging,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
    wrappers,
)
from specc.graph.shapes.rule import Call, Outcome, Refusal, Rule, Weight

__all__ = ["APPLICATIONS", "TAKES_TEXT", "Call", "Outcome", "Refusal", "Rule", "Weight", "all_rules", "rule_of"]

_CORE: dict[str, Rule] = {
    "Dense": core.dense,
    "EinsumDense": core.einsum_dense,
    "Embedding": core.embedding,
    "ReversibleEmbedding": core.embedding,
    "Identity": core.identity,
    "Masking": core.unchanged,
    "Rescaling": core.unchanged,
}
_ACTIVATION: dict[str, Rule] = {
    "Activation": activation.activation,
    "ELU": activation.activation,
    "LeakyReLU": activation.leaky_relu,
    "PReLU": activation.prelu,
    "ReLU": activation.relu,
    "Softmax": activation.activation,
}
_REGULARIZATION: dict[str, Rule] = {
    "ActivityRegularization": core.unchanged,
    "AlphaDropout": regularization.dropout,
    "Dropout": regularization.dropout,
    "GaussianDropout": regularization.dropout,
    "GaussianNoise": regularization.gaussian_noise,
    "SpatialDropout1D": regularization.spatial_dropout(1),
    "SpatialDropout2D": regularization.spatial_dropout(2),
    "SpatialDropout3D": regularization.spatial_dropout(3),
}
_CONVOLUTION: dict[str, Rule] = {
    "Conv1D": convolution.convolution(1),
    "Conv2D": convolution.convolution(2),
    "Conv3D": convolution.convolution(3),
    "Conv1DTranspose": convolution.transposed(1),
    "Conv2DTranspose": convolution.transposed(2),
    "Conv3DTranspose": convolution.transposed(3),
    "DepthwiseConv1D": convolution.depthwise(1),
    "DepthwiseConv2D": convolution.depthwise(2),
    "SeparableConv1D": convolution.separable(1),
    "SeparableConv2D": convolution.separable(2),
}
_POOLING: dict[str, Rule] = {
    **{f"{kind}Pooling{n}D": pooling.windowed(n) for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{f"Global{kind}Pooling{n}D": pooling.overall(n) for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{f"Adaptive{kind}Pooling{n}D": pooling.adaptive(n) for kind in ("Max", "Average") for n in (1, 2, 3)},
}
_RESHAPING: dict[str, Rule] = {
    "Flatten": reshaping.flatten,
    "Permute": reshaping.permute,
    "RepeatVector": reshaping.repeat_vector,
    "Reshape": reshaping.reshape,
    **{f"Cropping{n}D": reshaping.cropping(n) for n in (1, 2, 3)},
    **{f"UpSampling{n}D": reshaping.enlarging(n) for n in (1, 2, 3)},
    **{f"ZeroPadding{n}D": reshaping.padding(n) for n in (1, 2, 3)},
}
_MERGING: dict[str, Rule] = {
    "Add": merging.elementwise,
    "Average": merging.elementwise,
    "Concatenate": merging.concatenate,
    "Dot": merging.dot,
    "Maximum": merging.elementwise,
    "Minimum": merging.elementwise,
    "Multiply": merging.elementwise,
    "Subtract": merging.elementwise,
}
_NORMALIZATION: dict[str, Rule] = {
    "BatchNormalization": normalization.batch_normalization,
    "GroupNormalization": normalization.group_normalization,
    "LayerNormalization": normalization.layer_normalization,
    "RMSNormalization": normalization.rms_normalization,
    "UnitNormalization": normalization.unit_normalization,
}
_RECURRENT: dict[str, Rule] = {
    "ConvLSTM1D": recurrent.conv_lstm(1),
    "ConvLSTM2D": recurrent.conv_lstm(2),
    "ConvLSTM3D": recurrent.conv_lstm(3),
    "GRU": recurrent.layer("GRU"),
    "GRUCell": recurrent.cell("GRU"),
    "LSTM": recurrent.layer("LSTM"),
    "LSTMCell": recurrent.cell("LSTM"),
    "RNN": recurrent.rnn,
    "SimpleRNN": recurrent.layer("SimpleRNN"),
    "SimpleRNNCell": recurrent.cell("SimpleRNN"),
    "StackedRNNCells": recurrent.stacked_cells,
}
_ATTENTION: dict[str, Rule] = {
    "AdditiveAttention": attention.additive,
    "Attention": attention.dot_product,
    "GroupQueryAttention": attention.grouped_query,
    "MultiHeadAttention": attention.multi_head,
}
_WRAPPERS: dict[str, Rule] = {
    "Bidirectional": wrappers.bidirectional,
    "Pipeline": wrappers.pipeline,
    "SpectralNormalization": wrappers.spectral,
    "TimeDistributed": wrappers.time_distributed,
}
_PREPROCESSING: dict[str, Rule] = {
    "CategoryEncoding": preprocessing.category_encoding,
    "Discretization": preprocessing.discretization,
    "HashedCrossing": preprocessing.hashed_crossing,
    "Hashing": preprocessing.hashing,
    "IntegerLookup": preprocessing.lookup,
    "MelSpectrogram": preprocessing.mel_spectrogram,
    "Normalization": preprocessing.normalization,
    "STFTSpectrogram": preprocessing.stft_spectrogram,
    "StringLookup": preprocessing.lookup,
    "TextVectorization": preprocessing.text_vectorization,
}
_ALTERED = (
    "AugMix",
    "AutoContrast",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "CutMix",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "Solarization",
)
_AUGMENTATION: dict[str, Rule] = {
    **dict.fromkeys(_ALTERED, augmentation.altered),
    "CenterCrop": augmentation.resized,
    "Equalization": augmentation.kept,
    "RandomCrop": augmentation.resized,
    "RandomGrayscale": augmentation.kept,
    "Resizing": augmentation.resized,
}

APPLICATIONS = (
    *(f"ConvNeXt{size}" for size in ("Tiny", "Small", "Base", "Large", "XLarge")),
    *(f"DenseNet{depth}" for depth in (121, 169, 201)),
    *(f"EfficientNetB{size}" for size in range(8)),
    *(f"EfficientNetV2{size}" for size in ("B0", "B1", "B2", "B3", "S", "M", "L")),
    "InceptionResNetV2",
    "InceptionV3",
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Large",
    "MobileNetV3Small",
    "NASNetLarge",
    "NASNetMobile",
    *(f"ResNet{depth}{version}" for depth in (50, 101, 152) for version in ("", "V2")),
    "VGG16",
    "VGG19",
    "Xception",
)

_LAYERS: dict[str, Rule] = {
    **_CORE,
    **_ACTIVATION,
    **_REGULARIZATION,
    **_CONVOLUTION,
    **_POOLING,
    **_RESHAPING,
    **_MERGING,
    **_NORMALIZATION,
    **_RECURRENT,
    **_ATTENTION,
    **_WRAPPERS,
    **_PREPROCESSING,
    **_AUGMENTATION,
}


def rule_of(type_name: str) -> Rule | None:
    """The rule of a layer, operation or application; None if it has none."""
    if type_name.startswith("ops."):
        from specc.graph.shapes.ops import OPS

        return OPS.get(type_name)
    if type_name in APPLICATIONS:
        from specc.graph.shapes.application import application

        return application
    return _LAYERS.get(type_name)


def all_rules() -> dict[str, Rule]:
    """Every rule by the name of its type."""
    from specc.graph.shapes.application import application
    from specc.graph.shapes.ops import OPS

    return {**_LAYERS, **OPS, **dict.fromkeys(APPLICATIONS, application)}


# Everything else computes, and computing with strings fails at the first batch although Keras builds the model.
TAKES_TEXT = frozenset(
    {
        "Flatten",
        "HashedCrossing",
        "Hashing",
        "Identity",
        "IntegerLookup",
        "Permute",
        "Reshape",
        "StringLookup",
        "TextVectorization",
        "TimeDistributed",
    }
)
