"""Known models get silence: `python -m tests.corpus.applications [--hub] [--only TEXT]`.

Every model of `keras.applications`, and with `--hub` every family of backbones that keras-hub builds from its
configuration, is built without weights and predicts on zeros, one model a check. Prints a line for each, and fails
where one is spoken of or fewer than 95 in 100 are checked.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.corpus.judging import ROOT

SECONDS = 120
WANTED = 0.95
SIZES = {"Inception": 96, "Xception": 96, "NASNetLarge": 331, "NASNetMobile": 224}
"""Sides of the images, by the beginning of a model's name; 64 for the others."""

APPLICATIONS = """
ConvNeXtTiny ConvNeXtSmall ConvNeXtBase ConvNeXtLarge ConvNeXtXLarge DenseNet121 DenseNet169 DenseNet201
EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7
EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2S EfficientNetV2M EfficientNetV2L
InceptionResNetV2 InceptionV3 MobileNet MobileNetV2 MobileNetV3Large MobileNetV3Small NASNetLarge NASNetMobile
ResNet50 ResNet101 ResNet152 ResNet50V2 ResNet101V2 ResNet152V2 VGG16 VGG19 Xception
""".split()

APPLICATION = """
import numpy as np
import keras

model = keras.applications.{name}(weights=None, input_shape=({size}, {size}, 3))
images = np.zeros((1, {size}, {size}, 3), dtype="float32")
probabilities = model.predict(images)
print(probabilities.shape)
"""

TEXT = """
import numpy as np
import keras_hub

backbone = keras_hub.models.{name}({arguments})
inputs = {inputs}
features = backbone.predict(inputs)
print(backbone.count_params())
"""

_TOKENS = '"token_ids": np.ones((1, 12), dtype="int32")'
_PADDING = '"padding_mask": np.ones((1, 12), dtype="int32")'
_SEGMENTS = '"segment_ids": np.zeros((1, 12), dtype="int32")'
_ENCODER = "vocabulary_size=100, num_layers=2, num_heads=4, hidden_dim=32, intermediate_dim=64, max_sequence_length=16"
_SMALL = "vocabulary_size=100, num_layers=2, num_heads=4, hidden_dim=32, intermediate_dim=64"
_GROUPED = (
    "vocabulary_size=100, num_layers=2, num_query_heads=4, num_key_value_heads=2, hidden_dim=32, intermediate_dim=64"
)
_IMAGE = 'np.zeros((1, 64, 64, 3), dtype="float32")'
_BOTH = ", ".join(
    f'"{side}_{name}": np.ones((1, 12), dtype="int32")'
    for side in ("encoder", "decoder")
    for name in ("token_ids", "padding_mask")
)

HUB: dict[str, tuple[str, str]] = {
    "BertBackbone": (_ENCODER, f"{{{_TOKENS}, {_SEGMENTS}, {_PADDING}}}"),
    "RobertaBackbone": (_ENCODER, f"{{{_TOKENS}, {_PADDING}}}"),
    "XLMRobertaBackbone": (_ENCODER, f"{{{_TOKENS}, {_PADDING}}}"),
    "DistilBertBackbone": (_ENCODER, f"{{{_TOKENS}, {_PADDING}}}"),
    "DebertaV3Backbone": (f"{_ENCODER}, bucket_size=8", f"{{{_TOKENS}, {_PADDING}}}"),
    "ElectraBackbone": (
        "vocab_size=100, num_layers=2, num_heads=4, hidden_dim=32, embedding_dim=16, intermediate_dim=64,"
        " max_sequence_length=16",
        f"{{{_TOKENS}, {_SEGMENTS}, {_PADDING}}}",
    ),
    "AlbertBackbone": (
        "vocabulary_size=100, num_layers=2, num_heads=4, embedding_dim=16, hidden_dim=32, intermediate_dim=64,"
        " max_sequence_length=16",
        f"{{{_TOKENS}, {_SEGMENTS}, {_PADDING}}}",
    ),
    "FNetBackbone": (
        "vocabulary_size=100, num_layers=2, hidden_dim=32, intermediate_dim=64, max_sequence_length=16",
        f"{{{_TOKENS}, {_SEGMENTS}}}",
    ),
    "GPT2Backbone": (_ENCODER, f"{{{_TOKENS}, {_PADDING}}}"),
    "GPTNeoXBackbone": (f"{_SMALL}, max_sequence_length=16", f"{{{_TOKENS}, {_PADDING}}}"),
    "OPTBackbone": (_ENCODER, f"{{{_TOKENS}, {_PADDING}}}"),
    "BloomBackbone": (_SMALL, f"{{{_TOKENS}, {_PADDING}}}"),
    "FalconBackbone": (
        "vocabulary_size=100, num_layers=2, num_attention_heads=4, hidden_dim=32, intermediate_dim=128",
        f"{{{_TOKENS}, {_PADDING}}}",
    ),
    "LlamaBackbone": (_GROUPED, f"{{{_TOKENS}, {_PADDING}}}"),
    "Llama3Backbone": (_GROUPED, f"{{{_TOKENS}, {_PADDING}}}"),
    "MistralBackbone": (f"{_GROUPED}, sliding_window=8", f"{{{_TOKENS}, {_PADDING}}}"),
    "Phi3Backbone": (_GROUPED, f"{{{_TOKENS}, {_PADDING}}}"),
    "QwenBackbone": (_GROUPED, f"{{{_TOKENS}, {_PADDING}}}"),
    "Qwen3Backbone": (f"{_GROUPED}, head_dim=8", f"{{{_TOKENS}, {_PADDING}}}"),
    "MixtralBackbone": (f"{_GROUPED}, num_experts=2, sliding_window=8", f"{{{_TOKENS}, {_PADDING}}}"),
    "GemmaBackbone": (f"{_GROUPED}, head_dim=8", f"{{{_TOKENS}, {_PADDING}}}"),
    "BartBackbone": (_ENCODER, f"{{{_BOTH}}}"),
    "T5Backbone": (_SMALL, f"{{{_BOTH}}}"),
    "WhisperBackbone": (
        f"{_SMALL}, num_mels=20, max_encoder_sequence_length=24, max_decoder_sequence_length=16",
        '{"encoder_features": np.zeros((1, 24, 20), dtype="float32"),'
        ' "decoder_token_ids": np.ones((1, 12), dtype="int32"),'
        ' "decoder_padding_mask": np.ones((1, 12), dtype="int32")}',
    ),
    "ViTBackbone": (
        "image_shape=(64, 64, 3), patch_size=(16, 16), num_layers=2, num_heads=4, hidden_dim=32, mlp_dim=64",
        _IMAGE,
    ),
    "ResNetBackbone": (
        '[64], [7], [64, 64], [2, 2], [1, 2], block_type="basic_block", image_shape=(64, 64, 3)',
        _IMAGE,
    ),
    "DenseNetBackbone": ("[2, 2, 2], image_shape=(64, 64, 3)", _IMAGE),
    "VGGBackbone": ("[1, 1, 1], [8, 16, 32], image_shape=(64, 64, 3)", _IMAGE),
    "CSPNetBackbone": (
        "stem_filters=8, stem_kernel_size=3, stem_strides=1, stackwise_depth=[1, 1], stackwise_strides=[1, 2],"
        ' stackwise_num_filters=[16, 32], block_type="dark_block", stage_type="dark", image_shape=(64, 64, 3)',
        _IMAGE,
    ),
    "MiTBackbone": (
        "layerwise_depths=[1, 1], num_layers=2, layerwise_num_heads=[1, 2], layerwise_sr_ratios=[2, 1],"
        " max_drop_path_rate=0.1, layerwise_patch_sizes=[7, 3], layerwise_strides=[4, 2],"
        " hidden_dims=[16, 32], image_shape=(64, 64, 3)",
        _IMAGE,
    ),
}
"""Backbones with the smallest configuration that has every part, and what they are called on."""


def program(name: str) -> str:
    """The program that builds a model and predicts with it."""
    if name in HUB:
        arguments, inputs = HUB[name]
        return TEXT.format(name=name, arguments=arguments, inputs=inputs)
    size = next((size for start, size in SIZES.items() if name.startswith(start)), 64)
    return APPLICATION.format(name=name, size=size)


def check(name: str) -> dict[str, Any]:
    """One model's status, reason, findings and seconds."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "model.py").write_text(program(name), "utf-8")
        asked = ["model.py", "--format", "json", "--time-budget", str(SECONDS)]
        call = [sys.executable, "-m", "axiswise", "check", *asked]
        path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            call, cwd=folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
        )
    seconds = round(time.monotonic() - began, 1)
    if not done.stdout.startswith("{"):
        said = (done.stderr.strip().splitlines() or [""])[-1]
        return {"status": "died", "reason": said, "findings": [], "seconds": seconds}
    report = json.loads(done.stdout)
    target = report["targets"][0]
    return {
        "status": target["status"],
        "reason": target["reason"] or "",
        "findings": [f"{each['rule']}: {each['message']}" for each in report["findings"]],
        "seconds": seconds,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hub", action="store_true", help="the backbones of keras-hub, which has to be installed")
    parser.add_argument("--only", default="", metavar="TEXT", help="models whose name contains the text")
    args = parser.parse_args()
    names = [name for name in (HUB if args.hub else APPLICATIONS) if args.only in name]
    results = {}
    for name in names:
        results[name] = result = check(name)
        told = "; ".join([result["reason"], *result["findings"]]).strip("; ")
        print(f"{name:20} {result['status']:8} {result['seconds']:6} s  {told}".rstrip(), flush=True)
    checked = sum(result["status"] == "checked" for result in results.values())
    spoken = sum(bool(result["findings"]) for result in results.values())
    print(f"== {len(names)} models, {checked} checked, {spoken} with findings", flush=True)
    return int(bool(spoken) or checked < WANTED * len(names))


if __name__ == "__main__":
    raise SystemExit(main())
