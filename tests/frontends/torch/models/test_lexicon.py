"""What names of parameters mean, and that the numbers chosen for them go together."""

from __future__ import annotations

import pytest

from axiswise.frontends.torch.models.lexicon import meaning, number


@pytest.mark.parametrize(
    ("names", "word"),
    [
        ("d_model hidden_size n_embd embed_dim dim embedding_dim emb_size dim1", "width"),
        ("n_head num_heads nhead heads nHeads num_attention_heads", "heads"),
        ("head_dim dim_head d_k d_head", "head_size"),
        ("n_layer num_layers depth num_blocks num_hidden_layers", "depth"),
        ("vocab_size num_tokens ntoken num_embeddings src_vocab_size", "vocabulary"),
        ("num_classes n_classes num_labels", "classes"),
        ("max_len max_seq_len max_position_embeddings", "longest"),
        ("block_size seq_len context_length", "length"),
        ("in_channels inChannels channels in_chans c_in", "in_channels"),
        ("out_channels planes c_out num_filters", "out_channels"),
        ("mlp_dim d_ff dim_feedforward intermediate_size hidden_dim", "wide"),
        ("image_size img_size", "image"),
        ("dropout attn_drop drop_prob resid_pdrop", "rate"),
        ("use_bias bias batch_first", "flag"),
        ("tokenizer foo", None),
    ],
)
def test_names_have_meanings(names: str, word: str | None) -> None:
    assert {name: meaning(name) for name in names.split()} == dict.fromkeys(names.split(), word)


@pytest.mark.parametrize("heads", [1, 3, 5, 6, 8, 12, 16, 25])
def test_a_width_divides_into_known_heads(heads: int) -> None:
    width = number("d_model", {"num_heads": heads})
    assert isinstance(width, int)
    assert width % (2 * heads) == 0 or heads == 1
    assert width > heads


@pytest.mark.parametrize("width", [64, 96, 300, 511, 768])
def test_known_widths_divide_into_heads(width: int) -> None:
    heads = number("n_heads", {"d_model": width})
    assert isinstance(heads, int)
    assert width % heads == 0


@pytest.mark.parametrize("patch", [4, 7, 9, 12, 14, 16, 32])
def test_an_image_divides_into_known_patches(patch: int) -> None:
    image = number("image_size", {"patch_size": patch})
    assert isinstance(image, int)
    assert image % patch == 0


@pytest.mark.parametrize("image", [28, 32, 63, 96, 224])
def test_known_images_divide_into_patches(image: int) -> None:
    patch = number("patch_size", {"image_size": image})
    assert isinstance(patch, int)
    assert image % patch == 0
    assert patch > 1


def test_images_have_three_channels_and_features_have_more() -> None:
    assert number("in_channels", {"img_size": 224}) == 3
    assert number("in_channels", {"out_channels": 32}) == 16
