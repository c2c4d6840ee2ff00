"""Audit models of libraries, narrow ones of each: right programs, to be met by silence.

`python -m tests.auditing.libraries` prints a line for each model: how it went, what was found, what was named. Each is
built with random weights; texts are padded on the right, to lengths of both parities.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import torch
from torch import nn

import axiswise
from axiswise.config import Options
from tests.corpus.sweep.of_timm import STAND_INS
from tests.corpus.sweep.of_transformers import small

NARROW: dict[str, int] = {
    **dict.fromkeys(("vocab_size", "type_vocab_size"), 120),
    **dict.fromkeys(("hidden_size", "d_model", "n_embd", "embedding_size", "emb_dim", "encoder_hidden_size"), 32),
    **dict.fromkeys(("num_attention_heads", "num_heads", "n_head", "n_heads"), 4),
    **dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 4),
    **dict.fromkeys(("num_key_value_heads", "num_kv_heads"), 2),
    **dict.fromkeys(("head_dim", "d_kv", "d_head", "attention_head_size", "kv_channels"), 8),
    **dict.fromkeys(("intermediate_size", "d_ff", "d_inner", "hidden_dim", "n_inner", "encoder_ffn_dim"), 64),
    **dict.fromkeys(("decoder_ffn_dim", "ffn_dim", "moe_intermediate_size", "ffn_hidden_size"), 64),
    **dict.fromkeys(("num_experts", "num_local_experts", "n_routed_experts"), 8),
    "decoder_layers": 2,
}
"""Sizes that a configuration is given where it has such a field."""

TEXTS = {
    "causal language": "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "masked language": "MODEL_FOR_MASKED_LM_MAPPING_NAMES",
    "sequence to sequence": "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
    "classification": "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",
}
IMAGES = ("ViTForImageClassification", "DeiTForImageClassification", "ResNetForImageClassification",
          "BeitForImageClassification", "PvtForImageClassification", "MobileNetV2ForImageClassification",
          "PoolFormerForImageClassification", "RegNetForImageClassification")  # fmt: skip
TIMM = ("resnet18", "vit_tiny_patch16_224", "convnext_atto", "mobilenetv3_small_050", "efficientnet_b0",
        "mixer_s32_224", "swin_tiny_patch4_window7_224", "coat_tiny", "ghostnet_050", "levit_128s", "poolformer_s12",
        "regnety_002", "xcit_nano_12_p16_224", "densenet121", "edgenext_xx_small", "repvgg_a0")  # fmt: skip
CUT = {"image_size": 32, "patch_size": 8, "num_classes": 5, "dim": 32, "depth": 2, "heads": 2, "mlp_dim": 64}
VIT: dict[str, dict[str, Any]] = {
    "vit.ViT": CUT,
    "simple_vit.SimpleViT": CUT,
    "deepvit.DeepViT": CUT,
    "parallel_vit.ViT": CUT,
    "cait.CaiT": CUT | {"cls_depth": 1},
    "simple_vit_with_register_tokens.SimpleViT": CUT,
    "simple_vit_with_qk_norm.SimpleViT": CUT,
    "vit_for_small_dataset.ViT": CUT,
    "xcit.XCiT": CUT | {"cls_depth": 1},
    "simple_vit_with_value_residual.SimpleViT": CUT,
}
LENGTHS = (12, 10, 7, 9)
MOST = 60_000_000
"""Numbers that a model may have."""

Built = tuple[nn.Module, Any]


def cases() -> Iterator[tuple[str, str, Callable[[], Built]]]:
    """Yield the library and the name of each model, with what builds it and a batch for it."""
    modeling = importlib.import_module("transformers.models.auto.modeling_auto")
    seen: set[str] = set()
    for group, listed in TEXTS.items():
        for names in getattr(modeling, listed).values():
            for name in [names] if isinstance(names, str) else names:
                if name not in seen:
                    yield "transformers", name, partial(_text, name, group)
                seen.add(name)
    for name in IMAGES:
        yield "transformers", name, partial(_image, name)
    if importlib.util.find_spec("torchvision") is None:
        sys.path.append(str(STAND_INS))
    for name in TIMM:
        yield "timm", name, partial(_timm, name)
    for name in VIT:
        yield "vit-pytorch", name, partial(_vit, name)
    for kind in ("Decoder", "Encoder"):
        yield "x-transformers", f"TransformerWrapper, {kind}", partial(_x, kind)
    yield "x-transformers", "ViTransformerWrapper", _x_image


def narrowed(config: Any, stacks_alone: bool = False) -> Any:
    """Make a configuration, and those in it, those of a narrow model."""
    for name, value in NARROW.items():
        if not stacks_alone and isinstance(getattr(config, name, None), int):
            with suppress(AttributeError, NotImplementedError):
                setattr(config, name, value)
    if hasattr(config, "pad_token_id"):
        config.pad_token_id, config.eos_token_id = 0, 2
    for inner in [each for each in vars(config).values() if hasattr(each, "model_type")]:
        narrowed(inner, stacks_alone)
    return small(config)


def _built(name: str) -> nn.Module:
    kind = getattr(importlib.import_module("transformers"), name)
    torch.manual_seed(0)
    try:
        return kind(narrowed(kind.config_class())).eval()
    except Exception:  # its sizes depend on one another: it stays as wide as it is, where that is not too wide
        with torch.device("meta"):
            size = sum(each.numel() for each in kind(narrowed(kind.config_class(), True)).parameters())
        if size > MOST:
            raise
        return kind(narrowed(kind.config_class(), True)).eval()


def _text(name: str, group: str) -> Built:
    model = _built(name)
    steps = max(LENGTHS)
    tokens = torch.randint(3, 100, (len(LENGTHS), steps), generator=torch.Generator().manual_seed(1))
    mask = (torch.arange(steps) < torch.tensor(LENGTHS)[:, None]).long()
    tokens[torch.arange(len(LENGTHS)), torch.tensor(LENGTHS) - 1] = 2  # the end of each text
    batch = {"input_ids": tokens * mask, "attention_mask": mask}
    if group == "sequence to sequence":
        batch["decoder_input_ids"] = torch.randint(3, 100, (4, 8), generator=torch.Generator().manual_seed(2))
    return model, batch


def _image(name: str) -> Built:
    model = _built(name)
    size: Any = getattr(model.config, "image_size", 64)
    return model, {"pixel_values": torch.randn(4, 3, size, size)}


def _timm(name: str) -> Built:
    torch.manual_seed(0)
    model: Any = importlib.import_module("timm").create_model(name, pretrained=False, num_classes=5)
    size = model.default_cfg["input_size"][-1]
    return model.train(), torch.randn(4, 3, size, size)


def _vit(name: str) -> Built:
    module, _, kind = name.rpartition(".")
    torch.manual_seed(0)
    return getattr(importlib.import_module(f"vit_pytorch.{module}"), kind)(**VIT[name]), torch.randn(4, 3, 32, 32)


def _x(kind: str) -> Built:
    library = importlib.import_module("x_transformers")
    torch.manual_seed(0)
    layers = getattr(library, kind)(dim=32, depth=2, heads=4)
    mask = torch.arange(12) < torch.tensor(LENGTHS)[:, None]
    model = library.TransformerWrapper(num_tokens=120, max_seq_len=64, attn_layers=layers)
    return model, {"x": torch.randint(1, 100, (4, 12)), "mask": mask}


def _x_image() -> Built:
    library = importlib.import_module("x_transformers")
    torch.manual_seed(0)
    layers = library.Encoder(dim=32, depth=2, heads=4)
    model = library.ViTransformerWrapper(image_size=32, patch_size=8, num_classes=5, attn_layers=layers)
    return model, torch.randn(4, 3, 32, 32)


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.auditing.libraries", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names; default: all")
    wanted = parser.parse_args().names
    for library, name, make in cases():
        if wanted and not any(each in f"{library} {name}" for each in wanted):
            continue
        began = time.monotonic()
        try:
            model, batch = make()
        except Exception as error:  # what a library does not build from so small a configuration
            said = f"{type(error).__name__}: {' '.join(str(error).split())}"[:160]
            print(json.dumps({"library": library, "name": name, "status": "not built", "reason": said}), flush=True)
            continue
        report = axiswise.audit(model, batch, options=Options(time_budget=120))
        (target,) = report.targets
        line = {"library": library, "name": name, "status": target.status, "reason": target.reason}
        line["seconds"] = round(time.monotonic() - began, 1)
        line["findings"] = [f"{each.rule}: {each.message}" for each in report.findings]
        print(json.dumps(line | {"notes": list(target.assumptions)}), flush=True)


if __name__ == "__main__":
    main()
