# SPDX-License-Identifier: Apache-2.0
"""Leave nothing behind: no QEMU, no temporary files, whatever ends this process.

Signals become exceptions, so that `with` blocks unwind. If this process is killed outright, the
kernel kills its QEMUs, and the next run removes its directory.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import signal
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import IO, Iterator

RUN_PREFIX = "dnvme-vm."
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# The kernel watches the thread that forked, not the process: fork from one that never ends.
_launcher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="launcher")


def launch(argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process that dies with this one and does not see the terminal's Ctrl-C."""
    def start() -> subprocess.Popen[bytes]:
        with open(log, "ab") as output:
            return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *argv],
                                    stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    start_new_session=True)
    return _launcher.submit(start).result()


class RunDirectory:
    """A temporary directory held by a lock for as long as this process lives."""

    def __init__(self) -> None:
        sweep()
        self.path = Path(tempfile.mkdtemp(prefix=RUN_PREFIX))
        self.lock: IO[str] = open(self.path / "lock", "w", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove it with all in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.lock.close()


def sweep() -> list[Path]:
    """Remove directories of runs that were killed; those in use are locked."""
    removed = []
    for path in Path(tempfile.gettempdir()).glob(f"{RUN_PREFIX}*"):
        with contextlib.suppress(OSError):
            with open(path / "lock", "r+", encoding="ascii") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
                removed.append(path)
    return removed


class Terminated(KeyboardInterrupt):
    """A signal asked this process to end. Like Ctrl-C it passes through test runners, which
    take a SystemExit for a failed test and go on."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"ended by signal {number}")


def exit_on_signals() -> None:
    """Make the signals that end a process raise Terminated instead; SIGINT too, since a shell
    lets background processes ignore it."""
    def leave(number: int, _frame: FrameType | None) -> None:
        raise Terminated(number)
    for number in ENDING_SIGNALS:
        signal.signal(number, leave)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back signals while cleaning up."""
    old = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
