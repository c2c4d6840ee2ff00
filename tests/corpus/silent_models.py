"""Models with masks, recurrent layers and windows, beside those of `mutant_models`: something that may be dropped."""

from __future__ import annotations

from tests.corpus.mutant_models import IMAGE, LARGER, MODELS, TOKENS, WIDTHS, Model

MASK = "torch.tensor([[1] * 12, [1] * 7 + [0] * 5])"
PADDED = f"{TOKENS}, attention_mask={MASK}"
EAGER = 'attn_implementation="eager"'


def _transformer(folder: str, name: str, config: str, numbers: str, given: str = PADDED) -> Model:
    imports = f"from transformers import {config}"
    return Model(f"transformers.models.{folder}.modeling_{folder}", f"{name}({config}({numbers}))", given, imports)


TEXT = f"vocab_size=99, max_position_embeddings=64, {WIDTHS}, {EAGER}"
DECODER = f"vocab_size=99, n_positions=64, n_embd=32, n_layer=2, n_head=4, {EAGER}"
OLDER = "vocab_size=99, emb_dim=32, n_layers=2, n_heads=4"
RELATIVE = f"{TEXT}, relative_attention=True, pos_att_type=['c2p', 'p2c']"
WINDOWS = "image_size=32, patch_size=4, embed_dim=16, depths=[2, 1], num_heads=[2, 4], window_size=4"
SERIES = "hidden_size=32, intermediate_size=64, head_dim=8, num_hidden_layers=2, num_attention_heads=4"
CHANNELS = "num_input_channels=3, d_model=32, num_hidden_layers=2, num_attention_heads=4, ffn_dim=64"
LOCAL = "attention_types=[[['global', 'local'], 1]], window_size=8"
TIMM = "img_size=32, patch_size=8, embed_dim=32, depth=2, num_heads=4, num_classes=10"

MASKED = [
    _transformer("openai", "OpenAIGPTModel", "OpenAIGPTConfig", DECODER),
    _transformer(
        "gpt_neo",
        "GPTNeoModel",
        "GPTNeoConfig",
        f"vocab_size=99, max_position_embeddings=64, hidden_size=32, num_layers=2, num_heads=4, {LOCAL}, {EAGER}",
    ),
    _transformer("gpt_bigcode", "GPTBigCodeModel", "GPTBigCodeConfig", DECODER),
    _transformer("imagegpt", "ImageGPTModel", "ImageGPTConfig", DECODER),
    _transformer(
        "ctrl", "CTRLModel", "CTRLConfig", "vocab_size=99, n_positions=64, n_embd=32, n_layer=2, n_head=4, dff=64"
    ),
    _transformer("xlm", "XLMModel", "XLMConfig", OLDER),
    _transformer("flaubert", "FlaubertModel", "FlaubertConfig", OLDER),
    _transformer("mpt", "MptModel", "MptConfig", "vocab_size=99, d_model=32, n_layers=2, n_heads=4, max_seq_len=64"),
    _transformer("falcon", "FalconModel", "FalconConfig", f"{TEXT}, alibi=True"),
    _transformer("deberta", "DebertaModel", "DebertaConfig", RELATIVE),
    _transformer("deberta_v2", "DebertaV2Model", "DebertaV2Config", RELATIVE),
    _transformer("roberta", "RobertaModel", "RobertaConfig", TEXT),
    _transformer("electra", "ElectraModel", "ElectraConfig", f"{TEXT}, embedding_size=16"),
    _transformer("esm", "EsmModel", "EsmConfig", f"{TEXT}, pad_token_id=1, mask_token_id=2"),
    _transformer(
        "t5", "T5EncoderModel", "T5Config", "vocab_size=99, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4"
    ),
    _transformer("siglip", "SiglipVisionModel", "SiglipVisionConfig", f"image_size=32, patch_size=8, {WIDTHS}", IMAGE),
    _transformer("swin", "SwinModel", "SwinConfig", WINDOWS, IMAGE),
    _transformer("swinv2", "Swinv2Model", "Swinv2Config", WINDOWS, IMAGE),
    _transformer(
        "encodec",
        "EncodecModel",
        "EncodecConfig",
        "num_filters=4, hidden_size=16, codebook_dim=16, codebook_size=32, upsampling_ratios=[4, 2]",
        "torch.randn(2, 1, 320)",
    ),
    _transformer(
        "timesfm",
        "TimesFmModel",
        "TimesFmConfig",
        f"patch_length=4, context_length=64, horizon_length=8, {SERIES}",
        "torch.randn(2, 64), torch.zeros(2, 64), torch.zeros(2, 1, dtype=torch.long)",
    ),
    _transformer(
        "patchtst",
        "PatchTSTModel",
        "PatchTSTConfig",
        f"context_length=32, patch_length=8, patch_stride=8, {CHANNELS}",
        "torch.randn(2, 32, 3)",
    ),
    Model(
        "timm.models.swin_transformer",
        "SwinTransformer(img_size=32, patch_size=2, embed_dim=16, depths=(2, 1), num_heads=(2, 4), window_size=4)",
    ),
    Model("timm.models.xcit", f"Xcit({TIMM})"),
    Model("timm.models.cait", f"Cait({TIMM})"),
    Model("timm.models.beit", f"Beit({TIMM})"),
    Model(
        "timm.models.volo",
        "VOLO([1, 1, 1, 1], img_size=64, embed_dims=[16, 32, 32, 32], num_heads=(2, 4, 4, 4))",
        LARGER,
    ),
    Model(
        "timm.models.pvt_v2",
        "PyramidVisionTransformerV2(depths=(1, 1, 1, 1), embed_dims=(8, 16, 24, 32), num_heads=(1, 2, 3, 4))",
        LARGER,
    ),
    Model("timm.layers.attention_pool2d", "AttentionPool2d(16, feat_size=8, num_heads=4)", "torch.randn(2, 16, 8, 8)"),
]

SILENT = [*MASKED, *MODELS[::3]]
