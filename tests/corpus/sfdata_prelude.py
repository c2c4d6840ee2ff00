"""Loaded into the warm process before a program of SFData is checked: today's libraries under yesterday's names.

Runs the first half of the `run_program.py` that `SFDATA_SHIMS` names, for the mode and the sample program that
`SFDATA_MODE` and `SFDATA_SAMPLE` name. Its short training loops are taken back, since axiswise has its own; what they
forgive (arguments that are gone today) stays forgiven.
"""

from __future__ import annotations

import inspect
import os
import sys
from functools import wraps
from typing import Any, cast

GONE = ("use_multiprocessing", "workers", "nb_epoch", "max_queue_size")


def _shims() -> None:
    with open(os.environ["SFDATA_SHIMS"]) as file:
        text = file.read()
    arguments = sys.argv
    sys.argv = ["runner.py", os.environ["SFDATA_MODE"], os.environ["SFDATA_SAMPLE"]]
    try:
        exec(compile(text[: text.index("so=sys.stdout")], "<shims>", "exec"), {"__name__": "shims"})
    finally:
        sys.argv = arguments


def _forgiving(method: Any) -> Any:
    """Return a method that drops arguments which are gone; its signature says that it takes them."""
    signature = inspect.signature(method)

    @wraps(method)
    def forgiving(self: Any, *args: Any, **kwargs: Any) -> Any:
        epochs = kwargs.pop("nb_epoch", None)
        if epochs is not None and "epochs" in signature.parameters:
            kwargs["epochs"] = epochs
        return method(self, *args, **{name: value for name, value in kwargs.items() if name not in GONE})

    cast("Any", forgiving).__code__ = cast("Any", forgiving).__code__.replace(co_filename="<shims>")
    given = list(signature.parameters.values())
    rest = [each for each in given if each.kind is inspect.Parameter.VAR_KEYWORD]
    fresh = [name for name in GONE if name not in signature.parameters and not rest]
    added = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None) for name in fresh]
    cast("Any", forgiving).__signature__ = signature.replace(parameters=[*given, *added])
    return forgiving


def _models() -> list[Any]:
    found: list[Any] = []
    for package in ("keras", "tf_keras"):
        if package in sys.modules:
            found.append(sys.modules[package].Model)
    return found


LOOPS = ("fit", "evaluate", "predict")
for _package in ("keras",) if os.environ["SFDATA_MODE"] == "k3t" else ("keras", "tf_keras"):
    __import__(_package)
_originals = {(model, name): getattr(model, name) for model in _models() for name in LOOPS}
_shims()
for (_model, _name), _method in _originals.items():
    setattr(_model, _name, _forgiving(_method))
