# SPDX-License-Identifier: Apache-2.0
"""Replays scripts of commands against a `dnvmed --sim` of their own.

A script is commands and expectation in one: a line "$ dnvmectl ..." is run by a shell, and below it
stand its standard output ("> "), its standard error ("! ") and, if it is not 0, its exit code
("= 2"). Everything else is a comment. What differs from run to run (UUIDs, serial numbers made of
them, times, revisions, the directory, the version) is replaced.
"""

import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60
COMMAND_TIMEOUT_S = 300

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SERIAL = re.compile(r"(?<=serial number )[0-9a-f]{20}")
DATE = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
REVISION = re.compile(r'(\brevision"?:? +)\d+')
SECONDS = re.compile(r'(?<="since_unix_s": )\d+')
VERSION = re.compile(r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])")
EXPECTATION = ("> ", ">", "! ", "!", "= ")


class Normaliser:
    """Replaces what differs between runs. The first UUID becomes ...01, the second ...02; as long
    as they were, so that columns stay aligned."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.uuids: dict[str, str] = {}

    def number_uuid(self, match: re.Match[str]) -> str:
        number = f"00000000-0000-0000-0000-{len(self.uuids) + 1:012}"
        return self.uuids.setdefault(match.group(0), number)

    def __call__(self, text: str) -> str:
        text = text.replace(self.directory, "DIR")
        text = UUID.sub(self.number_uuid, text)
        text = SERIAL.sub("0" * 20, text)
        text = DATE.sub("2026-01-31T23:59:59Z", text)
        text = REVISION.sub(r"\g<1>12", text)
        text = SECONDS.sub("0", TIME.sub("TIME", text))
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
    """Runs one command line; returns what a script has to say below it."""
    done = subprocess.run(["/bin/bash", "-c", command], env=environment, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, cwd=environment["DIR"],
                          timeout=COMMAND_TIMEOUT_S, check=False)
    said = marked(">", normalise(done.stdout)) + marked("!", normalise(done.stderr))
    return said + ([f"= {done.returncode}"] if done.returncode else [])


def replay(script: str, environment: dict[str, str], normalise: Callable[[str], str]) -> str:
    """The script as it would be if all that its commands say now were right."""
    lines = []
    for line in script.splitlines():
        if line.startswith("$ "):
            lines.append(line)
            lines += run_command(line[2:], environment, normalise)
        elif not line.startswith(EXPECTATION):
            lines.append(line)
    return "\n".join(lines) + "\n"


def replay_on_daemon(script: str, bin_directory: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="dnvmectl-") as name:
        environment = {"PATH": f"{bin_directory}:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                       "DNVME_SOCKET": f"{name}/socket", "DIR": name}
        with simulated_daemon(bin_directory / "dnvmed", Path(name)):
            return replay(script, environment, Normaliser(name))
