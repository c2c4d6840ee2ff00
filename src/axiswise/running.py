"""`axiswise run`, `axiswise.install()` and `with axiswise.explaining()`: add an explanation to what a program raises.

The program runs exactly as under python; nothing is patched or watched while it does. What it raises, it raises: type,
message, traceback and exit status stay. Nothing is loaded before it raises something.
"""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from axiswise.live import Program

REPLAYING = "AXISWISE_REPLAY"
"""Set in the environment of a replay: explanations inside one would never end."""

MARK = "_axiswise_explained"
"""Attribute of an exception whose explanation has been shown: a block's, on its way to the program's end."""

FRAMEWORKS = ("torch", "keras", "tensorflow", "tf_keras", "jax", "numpy")
"""Where none of these is loaded, no shape can be what was raised about."""

_UNCALLED = "axiswise: no model was called, nothing was audited\n"

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], Any]
_arguments: list[tuple[str, ...]] = []  # the program's, as they were before it could change them


def run(script: str, argv: Sequence[str], *, audited: bool = False) -> int:
    """Run a script as `python script ARGS` would, and explain a shape error beneath its traceback.

    Args:
        script: Path of the script.
        argv: Its arguments.
        audited: Whether its models are audited when it ends.

    Returns:
        0 where the script ends by itself.

    Raises:
        BaseException: The script raised it. It is shown, explained, and made an exit status by the interpreter, as for
            any program, once it arrives at the top.
        OSError: The script cannot be read.
    """
    path = os.path.join(os.getcwd(), script)  # what python calls it in tracebacks: not normalised
    data = Path(path).read_bytes()
    try:
        code = compile(data, path, "exec", dont_inherit=True)
    except Exception:  # whatever it is, python says it in its own words
        flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
        os.execv(sys.executable, [sys.executable, *flags, script, *argv])
    module = _main(path)
    sys.argv = [script, *argv]
    _arguments[:] = [tuple(argv)]
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(os.path.realpath(script))
    sys.modules["__main__"] = module
    _explain_threads()
    audit = _audit_at_the_end() if audited else None
    try:
        exec(code, module.__dict__)
    except BaseException as error:
        previous = getattr(sys, "excepthook", None)
        if previous is not None:
            sys.excepthook = _followed(_beneath(previous, code), audit)
        if isinstance(error, SystemExit) and audit is not None:
            audit()
        raise
    if audit is not None:
        audit()
    return 0


def _audit_at_the_end() -> Callable[[], None]:
    """Remember what modules are called with, once torch is loaded; return what audits them and shows it, once."""
    from axiswise.loaded import when_loaded

    calls: list[Any] = []
    done: list[bool] = []

    def begin() -> None:
        from axiswise.auditing import remembered

        calls.append(remembered(audit))

    def audit() -> None:
        if done:
            return
        done.append(True)
        from axiswise.auditing import audit_calls

        try:
            text = shown(audit_calls(calls[0]), sys.stderr) if calls and calls[0].batches else _UNCALLED
        except KeyboardInterrupt:
            return
        except Exception as fault:
            text = told(fault, "audit")
        write(text, sys.stderr)

    when_loaded("torch", begin)
    return audit


def _followed(hook: Hook, audit: Callable[[], None] | None) -> Hook:
    """Return an excepthook after which models are audited too."""
    if audit is None:
        return hook

    def following(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        hook(kind, error, traceback)
        audit()

    following.explains_shapes = True  # type: ignore[attr-defined]
    return following


def _main(path: str) -> types.ModuleType:
    """Return an empty `__main__` with the attributes that python gives a script's."""
    module = types.ModuleType("__main__")
    module.__dict__.update(__loader__=SourceFileLoader("__main__", path))
    if sys.version_info < (3, 14):
        module.__dict__.update(__annotations__={})
    module.__dict__.update(__builtins__=builtins, __file__=path, __cached__=None)
    return module


def _beneath(previous: Hook, code: CodeType | None = None) -> Hook:
    """Return an excepthook that shows an exception as the previous one does, and the explanation beneath.

    With `code`, the script's, the traceback begins there: no frame of ours is shown.
    """

    def hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if code is not None:
            traceback = _from(code, traceback)
            error.__traceback__ = sys.last_traceback = traceback
        previous(kind, error, traceback)
        explain(error.with_traceback(traceback))

    hook.explains_shapes = True  # type: ignore[attr-defined]
    return hook


def _from(code: CodeType, traceback: TracebackType | None) -> TracebackType | None:
    while traceback is not None and traceback.tb_frame.f_code is not code:
        traceback = traceback.tb_next
    return traceback


def _explain_threads() -> None:
    previous = threading.excepthook
    if getattr(previous, "explains_shapes", False):
        return

    def hook(args: threading.ExceptHookArgs) -> None:
        previous(args)
        if args.exc_value is not None:
            explain(args.exc_value)

    hook.explains_shapes = True  # type: ignore[attr-defined]
    threading.excepthook = hook


def install() -> None:
    """Explain shape errors that end this program or one of its threads; under IPython and Jupyter, those of each cell.

    Calling it twice is calling it once. An excepthook that was set before is called first.
    """
    if os.environ.get(REPLAYING):
        return
    shell = _ipython()
    if shell is not None:
        from axiswise.ipython import install_in

        install_in(shell)
        return
    if not _arguments:
        _arguments.append(tuple(sys.argv[1:]))
    _explain_threads()
    if not getattr(sys.excepthook, "explains_shapes", False):
        sys.excepthook = _beneath(sys.excepthook)


@contextmanager
def explaining() -> Generator[None, None, None]:
    """Explain a shape error raised inside the block, and let it pass on unchanged."""
    try:
        yield
    except Exception as error:
        explain(error)
        raise


def _ipython() -> Any:
    loaded = sys.modules.get("IPython")
    return loaded.get_ipython() if loaded is not None else None


def _program() -> Program | None:
    """Return the script that is running, or None in an interactive session and under a library's own command."""
    from axiswise.live import Program

    main = sys.modules.get("__main__")
    path = getattr(main, "__file__", None)
    if not path or getattr(main, "__spec__", None) is not None or not os.path.isfile(path):
        return None
    if os.path.realpath(os.path.dirname(path)) == os.path.realpath(os.path.dirname(sys.executable)):
        return None
    return Program(os.path.abspath(path), _arguments[0] if _arguments else tuple(sys.argv[1:]))


def explain(error: BaseException) -> None:
    """Write an exception's explanation to standard error, once. A fault of ours is told in one line."""
    if not any(name in sys.modules for name in FRAMEWORKS) or os.environ.get(REPLAYING) or MARK in vars(error):
        return
    try:
        shell = _ipython()
        if shell is None:
            text = explanation(error, _program())
        else:
            from axiswise.ipython import explanation_in

            text = explanation_in(shell, error)
    except KeyboardInterrupt:
        return
    except Exception as fault:
        text = told(fault)
    if text:
        vars(error)[MARK] = True
        write(text, sys.stderr)


def told(fault: Exception, act: str = "explain") -> str:
    """Return the one line that tells of a fault of ours."""
    words = " ".join(f"{type(fault).__name__}: {fault}".split())
    return f"axiswise could not {act} this: {words}\n"


def write(text: str, stream: Any) -> None:
    """Write beneath what a stream shows; one that is closed or gone shows nothing."""
    try:
        stream.write("\n" + text)
        stream.flush()
    except (OSError, ValueError, AttributeError):
        return


def explanation(error: BaseException, program: Program | None) -> str:
    """Return the text to show beneath a traceback, empty where the exception is not about shapes."""
    from axiswise.live import explained

    report = explained(error, program)
    return shown(report, sys.stderr) if report is not None else ""


def shown(report: Any, stream: Any) -> str:
    """Return a report as text for a stream: its colours where it is a terminal, at the terminal's width."""
    import shutil

    from axiswise.render import RenderOptions, renderer

    colours = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()
    return renderer("full")(report, RenderOptions(colours, max(shutil.get_terminal_size().columns, 40)))
