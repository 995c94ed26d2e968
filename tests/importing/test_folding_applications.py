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
    "ConvNeXtBase": 30,
    "ConvNeXtLarge": 30,
    "ConvNeXtSmall": 30,
    "ConvNeXtTiny": 30,
    "ConvNeXtXLarge": 30,
    "DenseNet121": 45,
    "DenseNet169": 45,
    "DenseNet201": 45,
    "EfficientNetB0": 90,
    "EfficientNetB1": 90,
    "EfficientNetB2": 90,
    "EfficientNetB3": 90,
    "EfficientNetB4": 90,
    "EfficientNetB5": 90,
    "EfficientNetB6": 90,
    "EfficientNetB7": 90,
    "EfficientNetV2B0": 90,
    "EfficientNetV2B1": 90,
    "EfficientNetV2B2": 90,
    "EfficientNetV2B3": 90,
    "EfficientNetV2L": 100,
    "EfficientNetV2M": 100,
    "EfficientNetV2S": 100,
    "InceptionResNetV2": 150,
    "InceptionV3": 110,
    "MobileNet": 40,
    "MobileNetV2": 50,
    "MobileNetV3Large": 130,
    "MobileNetV3Small": 100,
    "NASNetLarge": 220,
    "NASNetMobile": 220,
    "ResNet101": 45,
    "ResNet101V2": 60,
    "ResNet152": 45,
    "ResNet152V2": 65,
    "ResNet50": 45,
    "ResNet50V2": 60,
    "VGG16": 20,
    "VGG19": 20,
    "Xception": 55,
}
"""What each may have at most, one layer to a line."""


def test_every_application_has_its_bound() -> None:
    assert set(LINES) == set(load().names("application"))


@pytest.mark.parametrize("name", LINES)
def test_application(name: str) -> None:
    file, _, findings = parse(build(name, Options()).to_json(), f"{name}.json")
    assert file is not None, findings
    converted, findings = convert(file.tree, load())
    assert converted is not None, findings
    folded = fold(converted.model)
    assert meaning(unfold(folded), evaluated=True) == meaning(converted.model)
    assert len(list(lines(folded))) <= LINES[name]
