"""The parent's side: starts the warm server, sends it jobs, hands back their outcomes."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from axiswise.sandbox import environment, framing
from axiswise.sandbox.outcome import Job, Limits, Outcome, SandboxError

_FAREWELL = 5.0
"""Seconds the server gets to end its children when the sandbox is closed."""


class Sandbox:
    """Runs jobs in children forked from one warm process. A context manager, which threads may share.

    The server starts importing at once; the first job waits for it. If it dies, the next job starts it anew.

    Args:
        preload: What the server imports before the first fork: `package.module`, or `package.module:function` to call
            a function after the import. A module that has to mend its state in each child does so with
            `os.register_at_fork(after_in_child=...)`.
        limits: For jobs that bring none of their own.
        patience: Seconds the server may take to get ready.
        environment: Variables the server is started with beside those of this process: what its libraries read as
            they are imported.
    """

    def __init__(
        self,
        preload: Sequence[str] = (),
        limits: Limits | None = None,
        patience: float = 120.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._environment = dict(environment or {})
        self._preload = tuple(preload)
        self._patience = patience
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._closed = False
        with self._lock:
            self._serving()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server, its children and the scratch folder. Jobs under way end as `killed`."""
        with self._lock:
            self._closed = True
            server, self._server = self._server, None
        if server is not None:
            server.close()

    def run(self, job: Job) -> Outcome:
        """Run one job and wait for it.

        Raises:
            SandboxError: The server could not be started: a module of `preload` is missing, or raised.
        """
        return next(self.iterate([job], parallel=1))

    def run_many(self, jobs: Iterable[Job], parallel: int = 2) -> list[Outcome]:
        """Run jobs, `parallel` of them at a time; the outcomes come in the order of the jobs."""
        return list(self.iterate(jobs, parallel))

    def iterate(self, jobs: Iterable[Job], parallel: int = 2) -> Iterator[Outcome]:
        """Yield the outcomes in the order of the jobs, each as soon as it and those before it are known.

        Jobs are taken one by one as there is room. Closing the iterator ends the children under way.
        """
        if parallel < 1:
            raise ValueError("parallel has to be at least 1")
        waiting = iter(jobs)
        under_way: deque[_Ticket] = deque()
        try:
            while True:
                busy = sum(not ticket.outcome.done() for ticket in under_way)
                for job in itertools.islice(waiting, parallel - busy):
                    under_way.append(self._submit(job))
                if not under_way:
                    return
                wait([ticket.outcome for ticket in under_way if not ticket.outcome.done()], return_when=FIRST_COMPLETED)
                while under_way and under_way[0].outcome.done():
                    yield under_way.popleft().outcome.result()
        finally:
            for ticket in under_way:
                ticket.server.cancel(ticket.number)

    def _submit(self, job: Job) -> _Ticket:
        with self._lock:
            server = self._serving()
        try:
            server.ready.result(self._patience)
        except TimeoutError:
            raise SandboxError(f"the sandbox was not ready after {self._patience:g} s") from None
        return server.submit(job, job.limits or self.limits)

    def _serving(self) -> _Server:
        if self._closed:
            raise SandboxError("the sandbox is closed")
        if self._server is None or self._server.died:
            if self._server is not None:
                self._server.close()
            self._server = _Server(self._preload, self._environment)
        return self._server


@dataclass(frozen=True, slots=True)
class _Ticket:
    server: _Server
    number: int
    outcome: Future[Outcome]


class _Server:
    """One server process, the thread that reads from it, and the folder that holds the scratch folders."""

    def __init__(self, preload: Sequence[str], variables: Mapping[str, str]) -> None:
        self.ready: Future[None] = Future()
        self.gone = False
        self._lock = threading.Lock()
        # A lock of its own: whoever sends may wait for the server, which may wait for the reader.
        self._sending = threading.Lock()
        self._numbers = itertools.count(1)
        self._pending: dict[int, Future[Outcome]] = {}
        self._folder = os.path.realpath(tempfile.mkdtemp(prefix="axiswise-"))
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 closed with the server
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "axiswise.sandbox.server", self._folder, *preload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, **environment.SETTINGS, **variables, **_import_path()},
            cwd=self._folder,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="axiswise-sandbox", daemon=True)
        self._reader.start()

    @property
    def died(self) -> bool:
        """Whether it was ready once and is gone: a new one has a chance, where one that failed to start has none."""
        return self.gone and self.ready.done() and self.ready.exception() is None

    def submit(self, job: Job, limits: Limits) -> _Ticket:
        outcome: Future[Outcome] = Future()
        payload = json.dumps(job.payload).encode("ascii")
        with self._lock:
            number = next(self._numbers)
            order = {
                "function": job.function,
                "cwd": os.path.realpath(job.cwd),
                "seconds": limits.seconds,
                "memory": limits.memory_bytes,
                "scratch": os.path.join(self._folder, str(number)),
            }
            self._pending[number] = outcome
        self._send(framing.pack({"kind": "job", "id": number, "order": order}, payload))
        return _Ticket(self, number, outcome)

    def cancel(self, number: int) -> None:
        with self._lock:
            pending = number in self._pending
        if pending:
            self._send(framing.pack({"kind": "cancel", "id": number}))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if not self.ready.done():
            self._process.kill()
        with self._sending, suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()
        self._errors.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _send(self, message: bytes) -> None:
        assert self._process.stdin is not None
        try:
            with self._sending:
                self._process.stdin.write(message)
                self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            self._give_up()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while (message := framing.read(self._process.stdout)) is not None:  # type: ignore[arg-type]
            header, body = message
            if header["kind"] == "ready":
                self.ready.set_result(None)
            elif header["kind"] == "failed":
                self.ready.set_exception(SandboxError(f"the sandbox could not be made ready: {header['reason']}"))
            else:
                with self._lock:
                    outcome = self._pending.pop(header["id"])
                outcome.set_result(_outcome(header, body))
        if not self.ready.done():
            reason = f"the sandbox's server ended before it was ready{self._last_words()}"
            self.ready.set_exception(SandboxError(reason))
        self._give_up()

    def _give_up(self) -> None:
        with self._lock:
            self.gone = True
            pending, self._pending = self._pending, {}
        for outcome in pending.values():
            outcome.set_result(Outcome(None, "killed", "the sandbox's server is gone", "", "", 0.0))

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "backslashreplace").split("\n")
        words = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f": {words}" if words else ""


def _outcome(header: dict[str, Any], body: bytes) -> Outcome:
    ended, detail = header["ended"], header["detail"]
    try:
        result = json.loads(body) if body else None
    except (ValueError, RecursionError) as error:
        result, ended, detail = None, "raised", f"the result cannot be read: {error}"
    return Outcome(
        result=result,
        ended=ended,
        detail=detail,
        stdout=header.get("stdout", ""),
        stderr=header.get("stderr", ""),
        seconds=header.get("seconds", 0.0),
        refused=tuple(header.get("refused", ())),
        barriers=tuple(header.get("barriers", ())),
    )


def _import_path() -> dict[str, str]:
    """Let the server find this very package, also where it is imported from a source tree."""
    root = Path(__file__).resolve().parents[2]
    installed = root.name in ("site-packages", "dist-packages")
    given = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return {"PYTHONPATH": os.pathsep.join([*([] if installed else [str(root)]), *map(os.path.abspath, given)])}
