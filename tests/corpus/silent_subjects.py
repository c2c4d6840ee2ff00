"""What silent faults are planted in: real models of installed libraries, and programs of users' kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiswise import audit
from axiswise.auditing import audit_calls, remembered
from axiswise.config import Options
from axiswise.diagnosis import Report
from tests.corpus.loaded import loaded
from tests.corpus.mutant_models import Model, original
from tests.corpus.silent_models import SILENT

PROGRAMS = Path(__file__).parent / "silent" / "programs"
NEAR = 1e-4
"""Differences up to here may come from another order of sums."""


@dataclass(frozen=True, slots=True)
class Results:
    """The numbers that a run gives, by name; `is_seen` where a caller sees their shapes."""

    numbers: Mapping[str, Any]
    is_seen: bool = False

    def differs(self, other: Results) -> bool:
        """Return whether any number is another one, beyond rounding; another shape that a caller sees is not silent."""
        import torch

        shapes = [{name: value.shape for name, value in each.numbers.items()} for each in (self, other)]
        if shapes[0] != shapes[1]:
            return not self.is_seen
        for name, ours in self.numbers.items():
            theirs = other.numbers[name]
            if not torch.allclose(ours.double(), theirs.double(), rtol=NEAR, atol=NEAR, equal_nan=True):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Subject:
    """A model with its inputs, or a program.

    Attributes:
        title: Its name in records.
        library: The package that it is of; empty for a program.
        model: The model; None for a program.
        path: The program; None for a model.
    """

    title: str
    library: str = ""
    model: Model | None = None
    path: Path | None = None

    def source(self) -> str:
        """Return the text that faults are planted in."""
        return original(self.model) if self.model is not None else self.path.read_text("utf-8") if self.path else ""

    def laid_out(self, source: str, folder: Path) -> str:
        """Write a text of it where it may be checked; return the target of `check`."""
        if self.model is None:
            path = folder / self.title
            path.write_text(source, "utf-8")
            return str(path)
        path = folder / "model.py"
        path.write_text(source, "utf-8")
        use = folder / "use.py"
        lines = ["import torch", "from model import *", self.model.imports, f"model = {self.model.built}"]
        use.write_text("\n".join([*lines, f"print(model({self.model.given}))", ""]), "utf-8")
        return str(use)

    def ran(self, source: str) -> Results:
        """Run a text of it for real.

        Raises:
            RuntimeError: It does not run.
        """
        with _loaded(source) as space:
            if self.model is None:
                return Results(_numbers({name: value for name, value in space.items() if not name.startswith("_")}))
            import torch

            model, given, named = self._built(space)
            torch.manual_seed(2)
            with torch.no_grad(), _told():
                numbers = _numbers({"output": model(*given, **named)})
                return Results({name: _valid(each, named) for name, each in numbers.items()}, is_seen=True)

    def audited(self, source: str) -> list[str]:
        """Return what the audit says of a text of it; empty where it does not run."""
        try:
            if self.model is None:
                return _said(_audited_program(source))
            with _loaded(source) as space, _told():
                model, given, named = self._built(space)
                return _said(audit(model, _batch(model, given, named), options=Options(time_budget=60)))
        except RuntimeError:
            return []

    def _built(self, space: dict[str, Any]) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        import torch

        assert self.model is not None
        space = {**space, "torch": torch, "given": lambda *args, **named: (args, named)}
        with _told():
            exec(self.model.imports, space)
            torch.manual_seed(0)
            model = eval(self.model.built, space).eval()
            torch.manual_seed(1)
            given, named = eval(f"given({self.model.given})", space)
        return model, given, named


def _valid(output: Any, named: dict[str, Any]) -> Any:
    """Return what stands where there is no padding: the rest is nobody's."""
    mask = named.get("attention_mask")
    return output[mask.bool()] if mask is not None and output.shape[:2] == mask.shape else output


def _batch(model: Any, given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    import inspect

    return dict(inspect.signature(model.forward).bind(*given, **named).arguments)


def _audited_program(source: str) -> Report:
    calls = remembered(lambda: None)
    try:
        with _loaded(source):
            return audit_calls(calls, Options(time_budget=90))
    finally:
        calls.end()


def _said(report: Report) -> list[str]:
    return [f"{each.severity}[{each.rule}]: {each.message}" for each in report.findings]


@contextmanager
def _told() -> Iterator[None]:
    """Turn whatever a run raises into one kind of error."""
    try:
        yield
    except Exception as error:
        raise RuntimeError(f"{type(error).__name__}: {error}") from error


@contextmanager
def _loaded(source: str) -> Iterator[dict[str, Any]]:
    """Run a text as a module, and yield its names.

    Raises:
        RuntimeError: It raises.
    """
    with ExitStack() as stack:
        with _told():
            names = stack.enter_context(loaded(source))
        yield names


def _numbers(values: Any, name: str = "") -> dict[str, Any]:
    """Return the tensors and numbers in values, by where they stand."""
    import torch

    if isinstance(values, torch.Tensor):
        return {name: values.detach()}
    if isinstance(values, float):
        return {name: torch.tensor(values)}
    if hasattr(values, "to_tuple"):
        values = values.to_tuple()
    if isinstance(values, Mapping):
        pairs = [(str(key), value) for key, value in values.items()]
    elif isinstance(values, (tuple, list)):
        pairs = [(str(place), value) for place, value in enumerate(values)]
    else:
        return {}
    return {key: each for inner, value in pairs for key, each in _numbers(value, f"{name}.{inner}").items()}


SUBJECTS = [
    *(Subject(each.name, path=each) for each in sorted(PROGRAMS.glob("*.py"))),
    *(Subject(each.title, each.library, each) for each in SILENT),
]
