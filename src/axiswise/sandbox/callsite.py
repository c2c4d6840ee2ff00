"""Which line of the user's own program is to be named: the innermost one that no library wrote."""

from __future__ import annotations

import os.path
import re
import sysconfig
from types import FrameType

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARIES = tuple(
    {path + os.sep for key in ("stdlib", "platstdlib", "purelib", "platlib") if (path := sysconfig.get_path(key))}
    | {_OURS + os.sep}
)
_DUMPED = re.compile(r'^  File "(?P<path>.*)", line (?P<line>\d+) in ', re.MULTILINE)


def is_users(path: str) -> bool:
    """Say whether a file belongs to the user's program rather than to Python, a library or axiswise."""
    if path.startswith(("<frozen ", *_LIBRARIES)) or path == "<string>":
        return False
    return "/site-packages/" not in path and "/dist-packages/" not in path


def of_frame(frame: FrameType | None, cwd: str) -> str:
    """Return `file:line` for the innermost user's frame at or above `frame`, or an empty string."""
    while frame is not None:
        if is_users(frame.f_code.co_filename):
            return _shown(frame.f_code.co_filename, frame.f_lineno, cwd)
        frame = frame.f_back
    return ""


def is_importing(frame: FrameType | None) -> bool:
    """Return whether a library is being imported by the user's innermost line, or `platform` looks at the machine."""
    while frame is not None and not is_users(frame.f_code.co_filename):
        if frame.f_code.co_filename.startswith("<frozen importlib") or frame.f_globals.get("__name__") == "platform":
            return True
        frame = frame.f_back
    return False


def of_dump(text: str, cwd: str) -> str:
    """Return `file:line` for the innermost user's frame in what faulthandler wrote, or an empty string."""
    for match in _DUMPED.finditer(text):
        if is_users(match["path"]):
            return _shown(match["path"], int(match["line"]), cwd)
    return ""


def _shown(path: str, line: int, cwd: str) -> str:
    inside = path.startswith(cwd.rstrip("/") + "/")
    return f"{path[len(cwd.rstrip('/')) + 1 :] if inside else path}:{line}"
