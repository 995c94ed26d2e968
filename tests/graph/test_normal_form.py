"""Arguments that mean the same come to one form."""

from typing import Any

import pytest

from specc.graph.normal_form import normal_form

CASES: list[tuple[str, int | None, dict[str, Any], dict[str, Any]]] = [
    ("Conv2D", 4, {"kernel_size": [3, 3], "padding": "same"}, {"kernel_size": 3, "padding": "same"}),
    ("Conv2D", 4, {"kernel_size": [3, 5]}, {"kernel_size": [3, 5]}),
    ("Conv2D", 4, {"data_format": None}, {"data_format": "channels_last"}),
    ("Conv2D", 4, {"data_format": "channels_first"}, {"data_format": "channels_first"}),
    ("Conv2D", 4, {"lora_rank": 4, "lora_alpha": None}, {"lora_rank": 4, "lora_alpha": 4}),
    ("ZeroPadding2D", 4, {"padding": [[1, 1], [1, 1]]}, {"padding": 1}),
    ("ZeroPadding2D", 4, {"padding": [[1, 1], [2, 2]]}, {"padding": [1, 2]}),
    ("ZeroPadding2D", 4, {"padding": [[1, 2], [1, 2]]}, {"padding": [[1, 2], [1, 2]]}),
    ("ZeroPadding1D", 3, {"padding": [1, 1]}, {"padding": 1}),
    ("Cropping3D", 5, {"cropping": [[1, 1], [1, 1], [1, 1]]}, {"cropping": 1}),
    ("MaxPooling2D", 4, {"pool_size": [2, 2], "strides": None}, {"pool_size": 2, "strides": 2}),
    ("MaxPooling2D", 4, {"pool_size": 2, "strides": 1}, {"pool_size": 2, "strides": 1}),
    ("BatchNormalization", 4, {"axis": 3}, {"axis": -1}),
    ("BatchNormalization", None, {"axis": 3}, {"axis": 3}),
    ("BatchNormalization", 4, {"axis": -1}, {"axis": -1}),
    ("LayerNormalization", 4, {"axis": [2, 3]}, {"axis": [-2, -1]}),
    ("LayerNormalization", 4, {"axis": [3]}, {"axis": -1}),
    ("Dense", 2, {"units": 1, "use_bias": True}, {"units": 1, "use_bias": True}),
    ("EinsumDense", 2, {"output_shape": [8]}, {"output_shape": 8}),
    (
        "MultiHeadAttention",
        4,
        {"key_dim": 8, "value_dim": None, "attention_axes": None},
        {"key_dim": 8, "value_dim": 8, "attention_axes": [-3, -2]},
    ),
    (
        "MelSpectrogram",
        2,
        {"fft_length": 512, "sequence_length": None, "sampling_rate": 8000, "max_freq": None},
        {"fft_length": 512, "sequence_length": 512, "sampling_rate": 8000, "max_freq": 4000.0},
    ),
]


@pytest.mark.parametrize(("type_name", "rank", "given", "expected"), CASES)
def test_normal_form(type_name: str, rank: int | None, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert normal_form(type_name, given, rank) == expected
    assert normal_form(type_name, expected, rank) == expected
