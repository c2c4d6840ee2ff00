"""Convolutions, pooling, padding, resizing: what slides over spatial axes."""

from __future__ import annotations

from axiswise.frontends.torch.vocabulary.reading import reads, table

_CONV = "input, weight, bias?, stride=1, padding=0, dilation=1, groups=1"
_TRANSPOSED = "input, weight, bias?, stride=1, padding=0, output_padding=0, groups=1, dilation=1"
_MAX = "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False"
_AVG = "input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None"
_LP = "input, norm_type, kernel_size, stride=None, ceil_mode=False"
_DRAWN = "input, kernel_size, output_size=None, output_ratio=None"
_RESIZED = "input, size=None, scale_factor=None, mode='nearest', align_corners=None"

READERS = table(
    *(reads(f"conv{n}d", _CONV) for n in (1, 2, 3)),
    *(reads(f"conv_transpose{n}d", _TRANSPOSED) for n in (1, 2, 3)),
    *(reads(f"max_pool{n}d", _MAX) for n in (1, 2, 3)),
    *(reads(f"max_pool{n}d", _MAX, f"max_pool{n}d_with_indices", results=2) for n in (1, 2, 3)),
    *(reads(f"avg_pool{n}d", _AVG) for n in (1, 2, 3)),
    *(reads(f"lp_pool{n}d", _LP) for n in (1, 2, 3)),
    *(reads(f"adaptive_avg_pool{n}d", "input, output_size") for n in (1, 2, 3)),
    *(reads(f"adaptive_max_pool{n}d", "input, output_size, return_indices=False") for n in (1, 2, 3)),
    *(
        reads(
            f"adaptive_max_pool{n}d",
            "input, output_size, return_indices=True",
            f"adaptive_max_pool{n}d_with_indices",
            results=2,
        )
        for n in (1, 2, 3)
    ),
    *(
        reads(f"max_unpool{n}d", "input, indices, kernel_size, stride=None, padding=0, output_size=None")
        for n in (1, 2, 3)
    ),
    *(reads(f"fractional_max_pool{n}d", f"{_DRAWN}, return_indices=False, _random_samples=None") for n in (2, 3)),
    *(
        reads(
            f"fractional_max_pool{n}d",
            f"{_DRAWN}, return_indices=True, _random_samples=None",
            f"fractional_max_pool{n}d_with_indices",
            results=2,
        )
        for n in (2, 3)
    ),
    reads("affine_grid", "theta, size, align_corners=None", "nn.functional.affine_grid"),
    reads("pad", "input, pad, mode='constant', value=None", "nn.functional.pad"),
    reads("interpolate", f"{_RESIZED}, recompute_scale_factor=None, antialias=False"),
    reads("interpolate", _RESIZED, "nn.functional.upsample"),
    reads("interpolate", "input, size=None, scale_factor=None", "nn.functional.upsample_nearest"),
    reads("interpolate", "input, size=None, scale_factor=None", "nn.functional.upsample_bilinear", mode="bilinear"),
    reads("pixel_shuffle", "input, upscale_factor"),
    reads("pixel_unshuffle", "input, downscale_factor"),
    reads("channel_shuffle", "input, groups"),
    reads("unfold", "input, kernel_size, dilation=1, padding=0, stride=1", "nn.functional.unfold"),
    reads("fold", "input, output_size, kernel_size, dilation=1, padding=0, stride=1", "nn.functional.fold"),
    reads("slide", "input|self, dimension, size, step", "Tensor.unfold"),
    reads(
        "grid_sample",
        "input, grid, mode='bilinear', padding_mode='zeros', align_corners=None",
        "nn.functional.grid_sample",
    ),
)
