"""`axiswise run`, `axiswise.install()` and `with axiswise.explaining()`: add an explanation to what a program raises.

The program runs exactly as under python; nothing is patched or watched while it does. What it raises, it raises: type,
message, traceback and exit status stay.
"""

from __future__ import annotations

import builtins
import os
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from axiswise.live import Program


def run(script: str, argv: Sequence[str]) -> int:
    """Run a script as `python script ARGS` would, and explain a shape error beneath its traceback.

    Args:
        script: Path of the script.
        argv: Its arguments.

    Returns:
        0 where the script ends by itself, 1 where an exception ends it.

    Raises:
        SystemExit: The script raised it; its status is the script's.
        OSError, SyntaxError: The script cannot be read.
    """
    code = compile(Path(script).read_bytes(), script, "exec", dont_inherit=True)
    sys.argv = [script, *argv]
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=script, __builtins__=builtins, __cached__=None)
    sys.modules["__main__"] = module
    try:
        exec(code, module.__dict__)
    except SystemExit:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        _strip(error)
        sys.excepthook(type(error), error, error.__traceback__)
        _flush()
        _explain(error)
        return 1
    return 0


def _strip(error: BaseException) -> None:
    """Take axiswise's own frame off the top of a traceback."""
    if error.__traceback__ is not None:
        error.__traceback__ = error.__traceback__.tb_next


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def install() -> None:
    """Explain shape errors that end this program, and those of each cell under IPython and Jupyter."""
    shell = _ipython()
    if shell is not None:
        from axiswise.ipython import install_in

        install_in(shell)
        return
    previous = sys.excepthook
    if getattr(previous, "explains_shapes", False):
        return

    def hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        previous(kind, error, traceback)
        _flush()
        _explain(error.with_traceback(traceback))

    hook.explains_shapes = True  # type: ignore[attr-defined]
    sys.excepthook = hook


@contextmanager
def explaining() -> Iterator[None]:
    """Explain a shape error raised inside the block, and let it pass on unchanged."""
    try:
        yield
    except Exception as error:
        _explain(error)
        raise


def _ipython() -> Any:
    loaded = sys.modules.get("IPython")
    return loaded.get_ipython() if loaded is not None else None


def _program() -> Program | None:
    """Return the script that is running, or None in an interactive session."""
    from axiswise.live import Program

    path = getattr(sys.modules.get("__main__"), "__file__", None)
    return Program(os.path.abspath(path), tuple(sys.argv[1:])) if path and os.path.isfile(path) else None


def _explain(error: BaseException) -> None:
    """Write the explanation to standard error. A fault of ours is told in one line: the user's exception stands."""
    try:
        text = explanation(error, _program())
    except Exception as fault:
        text = f"axiswise could not explain this: {type(fault).__name__}: {fault}\n"
    if text:
        sys.stderr.write("\n" + text)
        sys.stderr.flush()


def explanation(error: BaseException, program: Program | None) -> str:
    """Return the text to show beneath a traceback, empty where the exception is not about shapes."""
    if "torch" not in sys.modules:
        return ""
    from axiswise.live import explained
    from axiswise.render import RenderOptions, renderer

    report = explained(error, program)
    if report is None:
        return ""
    return renderer("full")(report, RenderOptions(color=sys.stderr.isatty()))
