"""All of `keras.applications`, folded: they mean the same, and are as short as a person would write them."""

import pytest

from specc.catalog import load
from specc.importing.applications import Options, build
from specc.importing.converting import convert
from specc.importing.folding import fold
from specc.importing.reading import parse
from tests.importing.layer_lines import lines
from tests.importing.unfolding import meaning, unfold

pytestmark = pytest.mark.train

LINES = {
    "ConvNeXtTiny": 30,
    "DenseNet121": 45,
    "EfficientNetB0": 90,
    "EfficientNetV2B0": 90,
    "EfficientNetV2S": 100,
    "InceptionResNetV2": 150,
    "InceptionV3": 110,
    "MobileNet": 40,
    "MobileNetV2": 50,
    "MobileNetV3Large": 130,
    "MobileNetV3Small": 100,
    "NASNetMobile": 220,
    "ResNet50": 45,
    "ResNet50V2": 60,
    "VGG16": 20,
    "Xception": 55,
}
"""What each may have at most, one layer to a line."""

LARGER = {
    "ConvNeXtTiny": ["ConvNeXtSmall", "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtXLarge"],
    "DenseNet121": ["DenseNet169", "DenseNet201"],
    "EfficientNetB0": [f"EfficientNetB{size}" for size in range(1, 8)],
    "EfficientNetV2B0": [f"EfficientNetV2B{size}" for size in range(1, 4)],
    "EfficientNetV2S": ["EfficientNetV2M", "EfficientNetV2L"],
    "NASNetMobile": ["NASNetLarge"],
    "ResNet50": ["ResNet101", "ResNet152"],
    "ResNet50V2": ["ResNet101V2", "ResNet152V2"],
    "VGG16": ["VGG19"],
}
"""The same with more of the same: `benchmarks/interchange.py` takes all of them to a spec and back."""


def test_every_application_has_its_bound_or_a_smaller_one_that_has() -> None:
    assert LINES.keys() | {larger for each in LARGER.values() for larger in each} == set(load().names("application"))
    assert LARGER.keys() <= LINES.keys()


@pytest.mark.parametrize("name", LINES)
def test_application(name: str) -> None:
    file, _, findings = parse(build(name, Options()).to_json(), f"{name}.json")
    assert file is not None, findings
    converted, findings = convert(file.tree, load())
    assert converted is not None, findings
    folded = fold(converted.model)
    assert meaning(unfold(folded), evaluated=True) == meaning(converted.model)
    assert len(list(lines(folded))) <= LINES[name]
