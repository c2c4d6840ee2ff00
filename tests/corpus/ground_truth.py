"""What a program really does: it is run with the real framework, in a forked child, and what it raised is told.

The parent loads the framework once and runs nothing, so that a child costs no more than the program itself.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import traceback
import types
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

TIME_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        type: Class of what was raised, `Timeout` past the limit, or empty when the program came to its end.
        message: Its text, the first 400 characters.
        raise_line: The last line of the program itself on the way to it, or 0.
        warned: The first warning about shapes that broadcast, or empty.
    """

    type: str = ""
    message: str = ""
    raise_line: int = 0
    warned: str = ""


def load_frameworks() -> None:
    """Import in the parent what the children need."""
    for name in ("numpy", "torch", "transformers.models.bert.modeling_bert"):
        importlib.import_module(name)


def _execute(source: str, name: str) -> Outcome:
    """Run the source as a script, in this process."""
    import torch

    torch.set_num_threads(1)
    module = types.ModuleType("__main__")
    module.__file__ = name
    sys.modules["__main__"] = module
    sys.argv = [name]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            exec(compile(source, name, "exec"), module.__dict__)
            raised = Outcome()
        except SystemExit as stop:
            raised = Outcome("SystemExit", str(stop)) if stop.code else Outcome()
        except Exception as error:
            lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
            raised = Outcome(type(error).__name__, str(error)[:400], lines[-1] if lines else 0)
    told = next((str(w.message)[:300] for w in seen if "target size" in str(w.message)), "")
    return Outcome(raised.type, raised.message, raised.raise_line, told)


def run(source: str, name: str, limit: int = TIME_LIMIT) -> Outcome:
    """Run a program to its end and return the outcome.

    Args:
        source: The program.
        name: Its file name, as tracebacks shall give it; relative modules are looked for next to it.
        limit: Seconds after which it is ended.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        signal.alarm(limit)
        sys.path.insert(0, str(Path(name).resolve().parent))
        with tempfile.TemporaryDirectory() as scratch:
            os.chdir(scratch)
            outcome = _execute(source, name)
        os.write(writer, json.dumps(asdict(outcome)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if told:
        return Outcome(**json.loads(told))
    late = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
    return Outcome("Timeout" if late else "Died", str(status))
