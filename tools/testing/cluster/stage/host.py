# SPDX-License-Identifier: Apache-2.0
"""A host: a stock guest with nvme-cli that uses a volume."""

from __future__ import annotations

import json
import shlex
from typing import Any

from rig import Machine
from rig.guest import Command

from stage.conditions import wait_until

STOP = "/run/stop-fio"


class Host:
    """A stock initiator in a guest."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.machine.run("modprobe nvme-tcp")

    @property
    def nqn(self) -> str:
        """The NQN with which this host connects by default."""
        return self.machine.run("cat /etc/nvme/hostnqn").stdout.strip()

    def connect(self, command: str) -> str:
        """Run the `nvme connect` line that an attach printed; returns the namespace's device."""
        nqn = argument_of(command, "-n")
        self.machine.run(command)
        wait_until(f"a namespace of {nqn}", lambda: bool(self.device(nqn)))
        return self.device(nqn)

    def device(self, nqn: str) -> str:
        """The block device of the subsystem, or an empty string."""
        found = self.machine.run(
            "for s in /sys/class/nvme-subsystem/*; do "
            f"[ \"$(cat $s/subsysnqn 2>/dev/null)\" = {nqn} ] && "
            "ls $s | grep -E '^nvme[0-9]+n[0-9]+$'; done; true").stdout.split()
        return f"/dev/{found[0]}" if found else ""

    def disconnect(self, nqn: str) -> None:
        """End all connections to the subsystem."""
        self.machine.run(["nvme", "disconnect", "-n", nqn])

    def connections(self) -> str:
        """All NVMe over Fabrics controllers, one a line."""
        return self.machine.run("grep -l tcp /sys/class/nvme/*/transport 2>/dev/null; true").stdout

    def writes_done(self, device: str) -> int:
        """How many writes the device has completed since it came to be.

        6.1 counts at the paths of a multipath device only, newer kernels at the device too.
        """
        name = device.removeprefix("/dev/")
        paths = name.replace("n1", "c*n1")
        lines = self.machine.run(f"cat /sys/block/{name}/stat /sys/block/{paths}/stat "
                                 "2>/dev/null; true").stdout.splitlines()
        return max(int(line.split()[4]) for line in lines)

    def start_fio(self, **options: Any) -> Command:
        """Start one fio job and return; see fio_results()."""
        return self.machine.start(fio_words(options))

    def start_fio_again_and_again(self, **options: Any) -> Command:
        """Start one fio job after the other until stop_fio() or an error; see fio_results()."""
        job = shlex.join(fio_words(options))
        return self.machine.start(
            f"rm -f {STOP}; until [ -e {STOP} ]; do {job} || exit; done")

    def stop_fio(self) -> None:
        """Let the job that is under way be the last one."""
        self.machine.run(["touch", STOP])


def fio_words(options: dict[str, Any]) -> list[str]:
    """The command line of one job."""
    return ["fio", "--output-format=json",
            *(f"--{name}={value}" for name, value in options.items())]


def argument_of(command: str, option: str) -> str:
    """The word after an option of a command line."""
    words = command.split()
    return words[words.index(option) + 1]


def fio_results(text: str) -> list[Any]:
    """The first job of each JSON report; fio may print notes before one."""
    decoder, jobs = json.JSONDecoder(), []
    while (start := text.find("{")) >= 0:
        report, end = decoder.raw_decode(text[start:])
        jobs.append(report["jobs"][0])
        text = text[start + end:]
    return jobs
