"""The field's vocabulary: what a parameter's name says about the number, text or flag that would do for it.

A name has a meaning (`n_head`: a count of heads), and a meaning has a value that goes with the values that are known
already: heads divide widths, patches divide images, groups divide channels.
"""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache

WORDS: Mapping[str, str] = {
    "flag": """
        use_* with_* is_* has_* no_* do_* should_* enable_* return_* add_* apply_* share_* tie_* learn_* learnable*
        include_* bias *_bias affine inplace batch_first norm_first *_first *_only *_enabled bidirectional *causal
        residual verbose debug pretrained track_running_stats training deterministic normali[sz]e bilinear
        conditional qk_norm qkv_bias requires_grad ceil_mode self_att* cross_attend *checkpointing
    """,
    "rate": "*dropout* *drop *drop_rate *drop_prob drop_path* *pdrop p p_* *_prob *_p prob probability",
    "tiny": "eps *_eps epsilon lr *learning_rate *_decay initializer_range *_std std *init_value* jitter",
    "half": """
        mask*_ratio alpha beta gamma momentum lambda* tau *_weight *_momentum *_coef* *smoothing threshold margin
        decay
    """,
    "two": """
        *scale_factor up*_factor down*_factor up*_rate upscale* upsampl* downsampl* pool* *_pool_size levels
        *_levels n_dim* ndim spatial_dim* stages num_stages num_scales r
    """,
    "ratio": "*_ratio *_mult *_multiplier *_factor expan* mult ratio factor",
    "unit": "*temp temperature *_temperature scale *_scale sigma *_gain slope radius guidance*",
    "base": "*theta base *_base *_period max_period max_freq*",
    "kv": "*kv_heads *kv_head *key_value_heads query_groups num_query_groups n_kv num_kv kv_groups",
    "head_size": """
        *dim_head head_dim *_head_dim *head_size *head_width *head_channels head_ch d_head d_k d_v d_q d_qk d_kv
        d_key d_value dim_k dim_v dim_qk dim_kv dim_key dim_value key_dim value_dim query_dim qk_dim *_per_head
    """,
    "heads": "*heads *nhead *n_head *num_head h n_h nh head *_head_num heads_num",
    "experts": "*experts *expert num_experts_*",
    "few": """
        top_k topk k *_top_k *_per_tok* neighbo* *iter *iters *iterations *_loops *_hops *beams temporal_patch*
        tubelet* frame_patch*
    """,
    "image": """
        image_* img_size img_height img_width img_h img_w img_dim img_res* imgsz *_img_size *image_size crop_size
        fmap_size feature_map_size feat_size grid_size spatial_size *resolution input_height input_width height
        input_h input_w image
    """,
    "patch": "*patch_size *patch_height *patch_width *patch_len* patch *patch_dim psize",
    "frames": "*frames *frame clip_len*",
    "classes": """
        *classes *class *labels *nclass nc *num_class out_classes num_outputs num_targets n_targets tagset_size
        *tags num_answers n_cls num_cls
    """,
    "longest": """
        max_*len* max_*pos* max_*embeddings max_*seq* max_*size max_*time* max_*steps max_*context max_*frames
        max_*distance max_t max_*tokens max_*nodes *max_len* *positions
    """,
    "length": """
        *seq_len* *sequence_len* *context_len* *context_window *_len *_length seqlen *seq_size *seq n_ctx ctx
        *ctx_len time_steps timesteps *_timesteps *_steps steps lookback look_back block_size chunk_size
        segment_size length context history memory_len
    """,
    "vocabulary": """
        *vocab* *voc_size *dictionary* *dict_size *tokens *ntoken* *token_num *words *chars *num_embeddings
        *n_embeddings num_items num_users n_items n_users *entities *relations *_types *symbols *categories
        *codebook_size *num_codes *cardinalities *speakers
    """,
    "window": "*window window_size *_window_size win_size",
    "kernel": "*kernel_size *kernel_width *filter_size kernel kernels *_kernel ksize ks d_conv conv_size kernel_*",
    "zero": "*padding pad *_pad *pad_idx *pad_token* *pad_id *pad_index *pad_value *bos* *eos* offset",
    "one": """
        *stride *dilation dilation_rate *_idx *_ind idx *_index index *_id level start rank world_size *_gpus *_interval
        seed version *parallel_size source_layer *destination_layer *target_layer hidden_layer
    """,
    "groups": "*groups *_group",
    "four": """
        *reduction squeeze_factor squeeze_ratio *compress* *codebooks *quantizers num_mixtures *components *anchors
        *lora* *_rank *modes action_dim action_size *_actions n_act act_dim
    """,
    "depth": """
        *layers *layer n_layer *blocks *block *depth *depths *cells *stacks *_units_num *num_resblocks repeats n
        *num_res *flows *layer_num *repeats *repeat
    """,
    "latent": """
        *latent_dim *latent_size *latent *latent_channels z z_dim nz *noise_dim *code_dim *bottleneck* d_state
        state_size *latents *queries *slots *prototypes *points *clusters *nodes *samples *bins *mels *joints
        *prompts *landmarks *patches *buckets *memories n_freq* *codes
    """,
    "wave": "n_fft fft_* *hop_len* *hop_size *win_len*",
    "hertz": "*sample_rate *sampling_rate sr",
    "in_channels": """
        in_channels *in_chans *in_ch in_c c_in ch_in chin input_channels *input_ch channels channel chans
        img_channels image_channels num_channels n_channels *_in_channels inplanes in_planes inp n_chans *colou?rs
        input_nc img_nc audio_channels in_nc channel_in
    """,
    "out_channels": """
        *_channels *_chans *_ch *_c c_out ch_out channel_out planes *planes *filters *filter n_f nf ngf ndf *n_feats
        growth_rate base_width *channel* *output_nc oup outp *feature_maps
    """,
    "outputs": """
        out_features out_feat* out_dim* output_dim* output_size out_size dim_out d_out n_out* nout num_output*
        target_dim *proj_dim *projection_dim *pred_len* horizon output_features *_out
    """,
    "inputs": """
        in_features in_feat* in_dim* input_dim* input_size in_size dim_in d_in n_in n_inputs nin num_input* ninp
        num_feat* n_feat* nfeat node_* edge_dim edge_features obs_* state_dim observation_dim feature_* feat_dim
        *cond_dim context_dim *text_dim *audio_dim *image_dim *visual_dim *vision_dim memory_dim source_dim
        label_dim style_dim time_dim kdim vdim enc_in dec_in n_vars input_features *_in
    """,
    "wide": """
        d_ff d_ffn d_inner d_hid* d_mlp *ff_dim *ffn_dim *ffn_* *mlp_dim *mlp_hidden* *inner_dim *intermediate*
        dim_feed* feed_forward* feedforward* dim_ff dim_mlp dim_inner *ff_hidden* *ff_size n_inner nhid *hidden_dim
        hidden_feat* *hidden_units *hidden_nodes hidden n_hidden hid_dim pf_dim *fc_dim *mid_dim *_units units
        hidden_layer_* dim_hidden *hiddens num_hidden
    """,
    "width": """
        *d_model *model_dim dim_model *embed* *emb_dim *emb_size *n_emb* *emb *hidden_size *width model_size
        dim *_dim d dmodel *features normalized_shape size rnn_size *_size emsize c e f filters neurons *feat
        *hidden
    """,
}
"""How parameters of each meaning are called, as patterns of file names are written; the first that fits counts."""


NUMBERS: Mapping[str, int | float | bool] = {
    "flag": False,
    "rate": 0.1,
    "tiny": 1e-5,
    "half": 0.5,
    "unit": 1.0,
    "base": 10000,
    "ratio": 2,
    "experts": 4,
    "few": 2,
    "frames": 8,
    "vocabulary": 100,
    "classes": 10,
    "length": 32,
    "longest": 128,
    "window": 7,
    "kernel": 3,
    "one": 1,
    "zero": 0,
    "two": 2,
    "four": 4,
    "depth": 2,
    "inputs": 32,
    "outputs": 48,
    "latent": 16,
    "wave": 64,
    "hertz": 16000,
    "wide": 128,
    "out_channels": 32,
}
"""Values of meanings that ask nothing of others."""

WIDTH = 64
IMAGE = 224
HEADS = (4, 8, 2, 6, 3, 5, 7, 12, 16)
PATCHES = (16, 8, 4, 14, 7, 2, 10, 6, 5, 3)
WIDTHS = ("width", "in_channels", "out_channels", "wide")
VAGUE = ("base", "unit", "half", "two", "few")
"""Meanings of names that a layer's width may have as well: `base` channels."""
DIVIDED = {"heads": ("width",), "kv": ("heads",), "groups": ("in_channels", "out_channels", "width")}
"""What counts of each meaning divide."""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (word, re.compile("|".join(fnmatch.translate(name) for name in names.split()))) for word, names in WORDS.items()
    )


@cache
def meaning(name: str) -> str | None:
    """Return what a parameter's name means, or None for a name that says nothing."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition(".")[2]).strip("_")
    for form in (words.lower(), re.sub(r"_?\d+$", "", words.lower())):
        for word, pattern in _patterns():
            if form and pattern.fullmatch(form):
                return word
    return None


def number(name: str, known: Mapping[str, object], meant: str | None = None) -> int | float | bool | None:
    """Return a number that would do for a parameter.

    Args:
        name: The parameter.
        known: The other parameters whose values are known.
        meant: Its meaning, where something else than its name says it.

    Returns:
        The number, or None where the name says nothing.
    """
    word = meant or meaning(name)
    if word is None:
        return None
    if name == "input_size" and any(meaning(each) == "patch" for each in known):
        word = "image"
    if word in NUMBERS and word not in WIDTHS:
        return NUMBERS[word]
    if word in ("heads", "kv", "groups"):
        wholes = list(_of(known, *DIVIDED[word]))
        choices = (2, 1, 3) if word == "kv" else (1,) if word == "groups" else HEADS
        return next((each for each in choices if all(whole % each == 0 for whole in wholes)), 1)
    if word == "head_size":
        width, heads = next(_of(known, "width"), WIDTH), next(_of(known, "heads"), HEADS[0])
        return max(width // heads, 1)
    if word == "patch":
        images = list(_of(known, "image"))
        return next((each for each in PATCHES if all(image % each == 0 for image in images)), 1)
    if word == "image":
        patch = math.lcm(*_of(known, "patch"))
        return IMAGE if IMAGE % patch == 0 else patch * max(IMAGE // patch, 1)
    if word == "in_channels":
        return 3 if any(meaning(each) in ("image", "patch") for each in known) else _multiple(16, known)
    return _multiple(int(NUMBERS.get(word, WIDTH)), known)


def _multiple(start: int, known: Mapping[str, object]) -> int:
    """Return a size near `start` that all known counts of heads and of groups divide, with an even quotient."""
    parts = math.lcm(*_of(known, "heads", "groups"))
    return start if start % parts == 0 else parts * max(2 * (start // parts // 2), 2)


def _of(known: Mapping[str, object], *words: str) -> Iterator[int]:
    """Yield the known whole numbers of some meanings."""
    for name, value in known.items():
        if meaning(name) in words and isinstance(value, int) and value > 0:
            yield int(value)
