"""Real models of installed libraries, of many kinds, each small enough to be run for truth."""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass
from pathlib import Path

SMALL = "image_size=32, patch_size=8, num_classes=10, dim=32, depth=2, heads=4, mlp_dim=64"
SERIES = "seq_len=64, patch_size=8, num_classes=10, dim=32, depth=2, heads=4, mlp_dim=64"
VIDEO = "image_size=32, frames=4, image_patch_size=8, frame_patch_size=2, num_classes=10, dim=32, heads=4, mlp_dim=64"
TEN = "num_classes=10"
IMAGE, LARGER = "torch.randn(2, 3, 32, 32)", "torch.randn(2, 3, 64, 64)"
CLIP = "torch.randn(2, 3, 4, 32, 32)"
TOKENS = "torch.randint(0, 99, (2, 12))"
WIDTHS = "hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64"


@dataclass(frozen=True, slots=True)
class Model:
    """A model of an installed package.

    Attributes:
        module: Its module.
        built: The call that builds it.
        given: What it is called with.
        imports: A statement that imports what else the call names.
    """

    module: str
    built: str
    given: str = IMAGE
    imports: str = ""

    @property
    def name(self) -> str:
        return self.built.partition("(")[0]

    @property
    def library(self) -> str:
        return self.module.partition(".")[0]

    @property
    def title(self) -> str:
        return f"{self.module}:{self.name}"


def original(model: Model) -> str:
    """Return the text of a model's file, its imports made absolute.

    Raises:
        ModuleNotFoundError: The library is not installed.
    """
    found = importlib.util.find_spec(model.library)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{model.library} is not installed")
    path = Path(found.submodule_search_locations[0], *model.module.split(".")[1:]).with_suffix(".py")
    source = path.read_text("utf-8")
    lines = source.split("\n")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            inside = model.module.split(".")[: -node.level]
            full = ".".join([*inside, *filter(None, [node.module])])
            line = lines[node.lineno - 1]
            relative = f"from {'.' * node.level}{node.module or ''} import"
            lines[node.lineno - 1] = line.replace(relative, f"from {full} import")
    return "\n".join(lines)


def _vit(module: str, built: str, given: str = IMAGE) -> Model:
    return Model(f"vit_pytorch.{module}", built, given)


def _transformer(folder: str, name: str, config: str, numbers: str, given: str) -> Model:
    imports = f"from transformers import {config}"
    return Model(f"transformers.models.{folder}.modeling_{folder}", f"{name}({config}({numbers}))", given, imports)


def _timm(module: str, built: str, given: str = IMAGE, imports: str = "") -> Model:
    return Model(f"timm.models.{module}", built, given, imports)


VISION_TRANSFORMERS = [
    *(
        _vit(module, f"{built}({SMALL}{more})")
        for module, built, more in (
            ("vit", "ViT", ""),
            ("simple_vit", "SimpleViT", ""),
            ("deepvit", "DeepViT", ""),
            ("cait", "CaiT", ", cls_depth=1"),
            ("parallel_vit", "ViT", ""),
            ("vit_for_small_dataset", "ViT", ""),
            ("vit_with_patch_merger", "ViT", ", patch_merge_layer=1, patch_merge_num_tokens=4"),
            ("vit_with_patch_dropout", "ViT", ", patch_dropout=0.25"),
            ("simple_vit_with_patch_dropout", "SimpleViT", ", patch_dropout=0.25"),
            ("simple_vit_with_qk_norm", "SimpleViT", ""),
            ("simple_vit_with_register_tokens", "SimpleViT", ", num_register_tokens=4"),
            ("simple_vit_with_fft", "SimpleViT", ", freq_patch_size=8"),
            ("simple_vit_with_value_residual", "SimpleViT", ""),
            ("learnable_memory_vit", "ViT", ""),
            ("ats_vit", "ViT", ", max_tokens_per_depth=(8, 4)"),
            ("xcit", "XCiT", ", cls_depth=1"),
        )
    ),
    _vit("vit_1d", f"ViT({SERIES})", "torch.randn(2, 3, 64)"),
    _vit("simple_vit_1d", f"SimpleViT({SERIES})", "torch.randn(2, 3, 64)"),
    _vit("vit_3d", f"ViT({VIDEO}, depth=2)", CLIP),
    _vit("simple_vit_3d", f"SimpleViT({VIDEO}, depth=2)", CLIP),
    _vit("vivit", f"ViViT({VIDEO}, spatial_depth=1, temporal_depth=1)", CLIP),
    _vit("pit", "PiT(image_size=32, patch_size=8, dim=32, num_classes=10, depth=(1, 1), heads=4, mlp_dim=64)"),
    _vit("cvt", "CvT(num_classes=10, s1_emb_dim=16, s2_emb_dim=32, s3_emb_dim=48, s3_depth=1)", LARGER),
    _vit(
        "levit",
        "LeViT(image_size=64, num_classes=10, stages=2, dim=(32, 48), depth=1, heads=(2, 3), mlp_mult=2)",
        LARGER,
    ),
    _vit(
        "nest", f"NesT(image_size=64, patch_size=4, dim=16, heads=2, num_hierarchies=3, block_repeats=1, {TEN})", LARGER
    ),
    _vit("max_vit", f"MaxViT(dim_conv_stem=16, dim=16, dim_head=8, depth=(1, 1), window_size=4, {TEN})", LARGER),
    _vit("regionvit", f"RegionViT(dim=(16, 32, 32, 32), depth=(1, 1, 1, 1), window_size=4, {TEN})", LARGER),
    _vit(
        "twins_svt",
        f"TwinsSVT({TEN}, s1_emb_dim=16, s2_emb_dim=32, s3_emb_dim=32, s4_emb_dim=32, s1_local_patch_size=4, "
        "s2_local_patch_size=4, s3_local_patch_size=2, s4_local_patch_size=2, s1_patch_size=2, s2_patch_size=2, "
        "s3_patch_size=2, s4_patch_size=1, s3_depth=1)",
        LARGER,
    ),
    _vit(
        "cross_vit",
        f"CrossViT(image_size=64, {TEN}, sm_dim=16, lg_dim=32, sm_patch_size=8, lg_patch_size=16, sm_enc_depth=1, "
        "lg_enc_depth=1, depth=1)",
        LARGER,
    ),
    _vit(
        "crossformer",
        f"CrossFormer({TEN}, depth=(1, 1, 1, 1), global_window_size=(4, 2, 2, 1), local_window_size=4)",
        "torch.randn(2, 3, 128, 128)",
    ),
    _vit(
        "mobile_vit",
        "MobileViT(image_size=(64, 64), dims=[96, 120, 144], "
        f"channels=[16, 32, 48, 48, 64, 64, 80, 80, 96, 96, 384], {TEN})",
        LARGER,
    ),
    _vit(
        "scalable_vit",
        f"ScalableViT({TEN}, dim=16, heads=(1, 2, 4, 8), depth=(1, 1, 1, 1), ssa_dim_key=(8, 8, 8, 8), "
        "reduction_factor=(4, 2, 1, 1), window_size=(8, 4, None, None))",
        LARGER,
    ),
]

LIBRARIES = [
    _transformer("bert", "BertModel", "BertConfig", f"vocab_size=99, max_position_embeddings=64, {WIDTHS}", TOKENS),
    _transformer(
        "gpt2", "GPT2Model", "GPT2Config", "vocab_size=99, n_positions=64, n_embd=32, n_layer=2, n_head=4", TOKENS
    ),
    _transformer("llama", "LlamaModel", "LlamaConfig", f"vocab_size=99, num_key_value_heads=2, {WIDTHS}", TOKENS),
    _transformer("vit", "ViTModel", "ViTConfig", f"image_size=32, patch_size=8, {WIDTHS}", IMAGE),
    _transformer(
        "resnet",
        "ResNetModel",
        "ResNetConfig",
        "embedding_size=16, hidden_sizes=[16, 32, 48], depths=[1, 1, 1]",
        LARGER,
    ),
    _transformer(
        "distilbert",
        "DistilBertModel",
        "DistilBertConfig",
        "vocab_size=99, max_position_embeddings=64, n_layers=2, n_heads=4, dim=32, hidden_dim=64",
        TOKENS,
    ),
    _transformer(
        "poolformer",
        "PoolFormerModel",
        "PoolFormerConfig",
        "hidden_sizes=[16, 32, 48, 64], depths=[1, 1, 1, 1]",
        LARGER,
    ),
    Model(
        "x_transformers.x_transformers",
        "TransformerWrapper(num_tokens=99, max_seq_len=32, attn_layers=Decoder(dim=32, depth=2, heads=4))",
        TOKENS,
        "from model import Decoder",
    ),
    Model(
        "x_transformers.neo_mlp",
        "NeoMLP(dim_in=5, dim_out=7, dim_hidden=16, depth=2, dim_model=32)",
        "torch.randn(2, 5)",
    ),
    Model(
        "x_transformers.continuous",
        "ContinuousTransformerWrapper(dim_in=8, dim_out=6, max_seq_len=32, "
        "attn_layers=Encoder(dim=32, depth=2, heads=4))",
        "torch.randn(2, 12, 8)",
        "from x_transformers import Encoder",
    ),
    _timm(
        "vision_transformer",
        "VisionTransformer(img_size=32, patch_size=8, embed_dim=32, depth=2, num_heads=4, num_classes=10)",
    ),
    _timm("mlp_mixer", "MlpMixer(img_size=32, patch_size=8, embed_dim=32, num_blocks=2, num_classes=10)"),
    _timm("convnext", "ConvNeXt(depths=(1, 1, 1, 1), dims=(16, 32, 48, 64), num_classes=10)", LARGER),
    _timm("resnet", "ResNet(BasicBlock, (1, 1, 1, 1), num_classes=10)", LARGER, "from model import BasicBlock"),
]

MODELS = [*VISION_TRANSFORMERS, *LIBRARIES]
