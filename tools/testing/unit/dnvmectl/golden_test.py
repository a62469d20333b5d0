#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a script of dnvmectl commands against `dnvmed --sim` and compares all that they say.

A golden file is script and expectation in one: a line "$ dnvmectl ..." is run by a shell, and
below it stand its standard output ("> "), its standard error ("! ") and, if it is not 0, its exit
code ("= 2"). Everything else is a comment. Each file has a daemon of its own. What differs from run
to run (UUIDs, the directory, the version) is replaced by words.

UPDATE_GOLDEN=1 in the environment writes what the commands say now into the file.
"""

import argparse
import difflib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60
COMMAND_TIMEOUT_S = 300

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
VERSION = re.compile(r"\b\d+\.\d+\.\d+(?=\n|\"|$)")
EXPECTATION = ("> ", ">", "! ", "!", "= ")


class Normaliser:
    """Replaces what differs between runs; the same UUID becomes the same word each time."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.uuids: dict[str, str] = {}

    def uuid_word(self, match: re.Match[str]) -> str:
        return self.uuids.setdefault(match.group(0), f"UUID-{len(self.uuids) + 1}")

    def __call__(self, text: str) -> str:
        text = text.replace(self.directory, "DIR")
        text = UUID.sub(self.uuid_word, text)
        return VERSION.sub("VERSION", text)


def listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def wait_until_up(daemon: subprocess.Popen[bytes], path: Path, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not listens(path):
        if daemon.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"dnvmed does not listen on {path}; it said:\n{log.read_text()}")
        time.sleep(0.02)


@contextmanager
def simulated_daemon(binary: Path, directory: Path) -> Iterator[None]:
    """A daemon on directory/socket; it must end cleanly when told to."""
    path, log = directory / "socket", directory / "log"
    with open(log, "wb") as output:
        command = [str(binary), "--sim", "--socket", str(path), "--node", "n1"]
        daemon = subprocess.Popen(command, stdout=output, stderr=output, cwd=directory)
    try:
        wait_until_up(daemon, path, log)
        yield
        daemon.terminate()
        if daemon.wait(STOP_TIMEOUT_S) != 0:
            raise RuntimeError(f"dnvmed ended with {daemon.returncode}:\n{log.read_text()}")
    finally:
        daemon.kill()
        daemon.wait()


def marked(mark: str, text: str) -> list[str]:
    return [f"{mark} {line}".rstrip() for line in text.splitlines()]


def run_command(command: str, environment: dict[str, str],
                normalise: Callable[[str], str]) -> list[str]:
    """Runs one command line; returns what a golden file has to say below it."""
    done = subprocess.run(["/bin/bash", "-c", command], env=environment, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL,
                          timeout=COMMAND_TIMEOUT_S, check=False)
    said = marked(">", normalise(done.stdout)) + marked("!", normalise(done.stderr))
    return said + ([f"= {done.returncode}"] if done.returncode else [])


def replay(golden: str, environment: dict[str, str], normalise: Callable[[str], str]) -> str:
    """The golden file as it would be if all that its commands say now were right."""
    lines = []
    for line in golden.splitlines():
        if line.startswith("$ "):
            lines.append(line)
            lines += run_command(line[2:], environment, normalise)
        elif not line.startswith(EXPECTATION):
            lines.append(line)
    return "\n".join(lines) + "\n"


def replay_on_daemon(golden: str, bin_directory: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="dnvmectl-") as name:
        environment = {"PATH": f"{bin_directory}:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                       "DNVME_SOCKET": f"{name}/socket", "DIR": name}
        with simulated_daemon(bin_directory / "dnvmed", Path(name)):
            return replay(golden, environment, Normaliser(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True, help="directory of the programs")
    parser.add_argument("golden", type=Path)
    arguments = parser.parse_args()

    expected = arguments.golden.read_text()
    actual = replay_on_daemon(expected, arguments.bin.resolve())
    if os.environ.get("UPDATE_GOLDEN") == "1":
        arguments.golden.write_text(actual)
        return 0
    sys.stdout.writelines(difflib.unified_diff(
        expected.splitlines(keepends=True), actual.splitlines(keepends=True),
        f"{arguments.golden} (expected)", "what the commands say now"))
    return 0 if expected == actual else 1


sys.exit(main())
