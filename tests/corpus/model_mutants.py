"""Plant single faults in real models, and see what is said of the models alone: `python -m tests.corpus.model_mutants`.

The models are those of installed packages; a copy of a model's file with one fault in it stands in a folder beside a
file that builds the model and does nothing else. Ground truth is the real framework: a mutant counts where the original
runs and the mutant raises. `--models NAME ...`, `--each N` (mutants of one model).
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import random
import re
import sys
import tempfile
import time
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiswise.checking import check, warm_sandbox
from axiswise.config import Options
from axiswise.diagnosis import Diagnosis
from axiswise.frontends.choosing import TORCH
from axiswise.sandbox import Sandbox
from axiswise.source.edit import apply_to_text
from tests.corpus.plant import Plant, planted, plants

SMALL = "image_size=32, patch_size=8, num_classes=10, dim=32, depth=2, heads=4, mlp_dim=64"
SERIES = "seq_len=64, patch_size=8, num_classes=10, dim=32, depth=2, heads=4, mlp_dim=64"
VIDEO = "image_size=32, frames=4, image_patch_size=8, frame_patch_size=2, num_classes=10, dim=32, heads=4, mlp_dim=64"
TEN = "num_classes=10"
IMAGE, LARGER = "torch.randn(2, 3, 32, 32)", "torch.randn(2, 3, 64, 64)"
CLIP = "torch.randn(2, 3, 4, 32, 32)"


@dataclass(frozen=True, slots=True)
class Model:
    """A model of an installed package.

    Attributes:
        module: Its module.
        built: The call that builds it.
        given: What it is called with.
    """

    module: str
    built: str
    given: str = IMAGE

    @property
    def name(self) -> str:
        return self.built.partition("(")[0]


def _vit(module: str, built: str, given: str = IMAGE) -> Model:
    return Model(f"vit_pytorch.{module}", built, given)


MODELS = [
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
"""Real models of many kinds, small enough to be run for truth."""

RENAMED = re.compile(r"^(\s*)from \.(\w*) import", re.M)


@dataclass(slots=True)
class Mutant:
    """A model with a fault that raises, and what was said of it."""

    model: Model
    plant: Plant
    source: str
    error: str
    status: str = ""
    findings: tuple[Diagnosis, ...] = ()
    mended: bool = False

    @property
    def detected(self) -> bool:
        return bool(self.findings)

    @property
    def near(self) -> bool:
        """Whether the planted line is the finding's, or one of its first note or first fix."""
        return any(self.plant.line in _lines(finding) for finding in self.findings)

    @property
    def located(self) -> bool:
        return any(finding.span is not None and finding.span.line == self.plant.line for finding in self.findings)


def _lines(finding: Diagnosis) -> set[int]:
    spans = [finding.span, finding.raised_at, *(note.span for note in finding.notes[:1])]
    spans += [edit.span for fix in finding.fixes[:1] for edit in fix.edits]
    return {line for span in spans if span is not None for line in range(span.line, span.end_line + 1)}


@contextmanager
def torchvision_absent() -> Iterator[None]:
    """Let packages import that name torchvision and do not need it."""
    stub = types.ModuleType("torchvision")
    sys.modules.setdefault("torchvision", stub)
    yield
    if sys.modules.get("torchvision") is stub:
        del sys.modules["torchvision"]


def original(model: Model) -> str:
    """Return a model's file, its imports made absolute."""
    package = importlib.util.find_spec(model.module.partition(".")[0])
    assert package is not None
    assert package.submodule_search_locations
    path = Path(package.submodule_search_locations[0], *model.module.split(".")[1:]).with_suffix(".py")
    inside = model.module.rpartition(".")[0]
    return RENAMED.sub(lambda found: f"{found[1]}from {inside}.{found[2]} import", path.read_text("utf-8"))


def ran(source: str, model: Model) -> tuple[Any, str]:
    """Run a model's file for real; return what the model gives, and what it raises."""
    import torch

    space: dict[str, Any] = {"__name__": "model", "torch": torch}
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(source, "model.py", "exec"), space)
            built = eval(model.built, space)
            torch.manual_seed(1)
            with torch.no_grad():
                return built.eval()(eval(model.given, space)), ""
        except Exception as error:
            return None, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def mutants(model: Model, each: int, seed: int) -> list[Mutant]:
    """Return faults of a model that raise, as many kinds as there are."""
    source = original(model)
    _, error = ran(source, model)
    if error:
        raise RuntimeError(f"{model.module} does not run as it is: {error}")
    found: list[Mutant] = []
    kinds: dict[str, int] = {}
    candidates = plants(source)
    random.Random(seed).shuffle(candidates)
    for plant in candidates:
        if len(found) >= each:
            break
        text = planted(source, plant)
        if kinds.get(plant.kind, 0) or ast.dump(ast.parse(text)) == ast.dump(ast.parse(source)):
            continue
        _, error = ran(text, model)
        if error and not error.startswith(("TypeError", "NameError", "AttributeError", "UnboundLocalError")):
            kinds[plant.kind] = 1
            found.append(Mutant(model, plant, text, error))
    return found


def judge(mutant: Mutant, sandbox: Sandbox) -> None:
    """Have a mutant checked, and its first verified fix really run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.py")
        path.write_text(mutant.source, "utf-8")
        Path(folder, "use.py").write_text(f"from model import *\n\nmodel = {mutant.model.built}\n", "utf-8")
        report = check([f"{path}::{mutant.model.name}"], Options(time_budget=60), sandbox=sandbox)
    mutant.status = " ".join(filter(None, (report.targets[0].status, report.targets[0].reason)))
    mutant.findings = report.findings
    for fix in (fix for finding in report.findings[:1] for fix in finding.fixes[:1]):
        if fix.verdict == "unverified" or any(Path(edit.span.path).name != "model.py" for edit in fix.edits):
            continue
        output, error = ran(apply_to_text(mutant.source, fix.edits), mutant.model)
        expected, _ = ran(original(mutant.model), mutant.model)
        mutant.mended = not error and _equal(output, expected)


def _equal(left: Any, right: Any) -> bool:
    import torch

    if isinstance(left, torch.Tensor) and isinstance(right, torch.Tensor):
        return left.shape == right.shape and torch.allclose(left, right, atol=1e-5)
    if isinstance(left, (tuple, list)):
        return len(left) == len(right) and all(_equal(*pair) for pair in zip(left, right, strict=True))
    return bool(left == right)


def told(mutant: Mutant) -> str:
    """Return one line on a mutant: what became of it, what was planted, what torch says and what axiswise says."""
    verdict = "mended" if mutant.mended else "near" if mutant.near else "found" if mutant.detected else "UNSEEN"
    place = f"{mutant.model.module}:{mutant.plant.line} {mutant.plant.kind} -> {mutant.plant.text!r}"
    said = "; ".join(f"{each.rule}: {each.message}" for each in mutant.findings[:2]) or mutant.status
    return f"{verdict:7}{place} | {mutant.error[:90]} | {said[:160]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="*", default=[])
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    judged: list[Mutant] = []
    with torchvision_absent(), warm_sandbox(TORCH, 60) as sandbox:
        for model in MODELS:
            if asked.models and model.module.rpartition(".")[2] not in asked.models:
                continue
            try:
                found = mutants(model, asked.each, asked.seed)
            except RuntimeError as error:
                print(error, flush=True)
                continue
            for mutant in found:
                began = time.monotonic()
                judge(mutant, sandbox)
                judged.append(mutant)
                print(f"{told(mutant)} [{time.monotonic() - began:.1f}s]", flush=True)
    count = max(len(judged), 1)
    for name in ("detected", "located", "near", "mended"):
        total = sum(getattr(each, name) for each in judged)
        print(f"{name}: {total} of {len(judged)} ({100 * total // count}%)")


if __name__ == "__main__":
    main()
