"""The environment a contained program finds: no accelerator, no network habits, quiet loggers, one thread a library."""

from __future__ import annotations

SETTINGS: dict[str, str] = {
    "CUDA_VISIBLE_DEVICES": "",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "WANDB_MODE": "disabled",
    "WANDB_SILENT": "true",
    "COMET_MODE": "disabled",
    "NEPTUNE_MODE": "debug",
    "CLEARML_OFFLINE_MODE": "1",
    "TQDM_DISABLE": "1",
    "MPLBACKEND": "Agg",
    "TORCHDYNAMO_DISABLE": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Thread pools do not survive a fork, and every malloc arena takes 64 MiB of address space.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "MALLOC_ARENA_MAX": "4",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""Set for the server before anything is imported, and again in every child."""
