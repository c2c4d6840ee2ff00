"""What a program really does: it is run with the real framework, in a forked child, and what it raised is told.

The parent loads the framework once and runs nothing, so that a child costs no more than the program itself.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import traceback
import types
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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


def load_frameworks(backend: str = "") -> None:
    """Import in the parent what the children need: torch, or Keras on the backend named."""
    if not backend:
        for name in ("numpy", "torch", "transformers.models.bert.modeling_bert"):
            importlib.import_module(name)
        return
    os.environ.update(
        KERAS_BACKEND=backend, CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0"
    )
    for name in ("numpy", backend, "keras"):
        importlib.import_module(name)
    _fill_datasets()


def _fill_datasets() -> None:
    """Put made-up data of the published shapes in the place of the datasets that Keras would download."""
    import numpy as np
    from keras import datasets

    def images(shape: tuple[int, ...], labels: tuple[int, ...]) -> Any:
        def load_data() -> Any:
            rng = np.random.default_rng(0)
            return tuple(
                (
                    rng.integers(0, 256, (count, *shape), dtype=np.uint8),
                    rng.integers(0, 10, (count, *labels), dtype=np.uint8),
                )
                for count in (2000, 1000)
            )

        return load_data

    def imdb(num_words: int = 10000, **kwargs: Any) -> Any:
        rng = np.random.default_rng(0)
        return tuple(
            (
                np.array(
                    [rng.integers(1, num_words, rng.integers(20, 200)).tolist() for _ in range(count)], dtype=object
                ),
                rng.integers(0, 2, count),
            )
            for count in (1000, 500)
        )

    datasets.mnist.load_data = datasets.fashion_mnist.load_data = images((28, 28), ())
    datasets.cifar10.load_data = images((32, 32, 3), (1,))
    datasets.imdb.load_data = imdb


def _execute(source: str, name: str) -> Outcome:
    """Run the source as a script, in this process."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
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
            # A graph's Python is rewritten: where it raised stands in the message.
            lines += [int(line) for line in re.findall(rf'File "{re.escape(name)}", line (\d+)', str(error))]
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


def run_all(programs: Sequence[tuple[str, str]], backend: str) -> list[Outcome]:
    """Run programs, each a source and a file name, in a process of their own whose Keras has the backend named."""
    call = [sys.executable, "-m", "tests.corpus.ground_truth", backend]
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(call, cwd=root, input=json.dumps(programs), stdout=subprocess.PIPE, text=True, check=True)
    return [Outcome(**each) for each in json.loads(done.stdout)]


if __name__ == "__main__":
    load_frameworks(sys.argv[1])
    print(json.dumps([asdict(run(source, name, 2 * TIME_LIMIT)) for source, name in json.load(sys.stdin)]))
