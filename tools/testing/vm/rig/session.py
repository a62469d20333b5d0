# SPDX-License-Identifier: Apache-2.0
"""A set of machines on one network, and the end of all of it."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from types import TracebackType

from rig import cleanup, network, qemu
from rig.disks import Disk
from rig.errors import RigError
from rig.machine import Machine


class Rig:
    """Machines that see each other. Use it in a `with` block: its end checks every kernel log,
    switches all off, copies logs and results to the results directory, if one was given, and
    removes everything else."""

    def __init__(self, results: Path | None = None) -> None:
        self.results = results
        self.directory = cleanup.RunDirectory()
        self.network = network.Network()
        self.machines: list[Machine] = []

    def machine(self, name: str, *, kernel: str = "6.1", memory: str = "1G",
                cpus: int = 1, disks: list[Disk] | None = None, keep_state: bool = False,
                kernel_arguments: list[str] | None = None, counting: bool = False) -> Machine:
        """Define a machine; boot it with its boot() or together with others by Rig.boot(). The
        clock of a counting one tells instructions executed: each takes a nanosecond."""
        if any(machine.name == name for machine in self.machines):
            raise RigError(f"there is a machine {name} already")
        files = qemu.Files(self._made(self.directory.path / name),
                           self._made(self._log_directory(name)) / "console.log")
        machine = Machine(name, len(self.machines) + 1, self.network, files, kernel=kernel,
                          memory=memory, cpus=cpus, disks=disks, keep_state=keep_state,
                          kernel_arguments=kernel_arguments, counting=counting)
        self.machines.append(machine)
        return machine

    def boot(self) -> None:
        """Boot all machines that are off, at the same time."""
        starting = [machine for machine in self.machines if not machine.running]
        hosts = [f"{machine.address} {machine.name}" for machine in self.machines]
        for machine in starting:
            machine.hosts = hosts
            machine.power_on()
        for machine in starting:
            machine.wait_ready()

    def partition(self, one: Machine, other: Machine) -> None:
        """Let two guests not see each other any more; all else stays. A guest that is off needs
        no rules: those of the other drop both directions. One partition at a time for a guest;
        for more use Machine.cut_off_from()."""
        for machine, peer in ((one, other), (other, one)):
            if machine.running:
                machine.cut_off_from([peer])

    def heal(self) -> None:
        """End every partition."""
        for machine in self.machines:
            if machine.running:
                machine.cut_off_from([])

    def check_logs(self) -> None:
        """Raise if any guest's kernel has reported a fault; call it after every test."""
        for machine in self.machines:
            machine.check_log()

    def close(self) -> None:
        """Switch everything off and clean up. Does not look at logs."""
        with cleanup.undisturbed():
            for machine in self.machines:
                machine.power_cut()
                self._collect(machine)
            self.network.close()
            self.directory.remove()

    def __enter__(self) -> Rig:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None,
                 _trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self.check_logs()
        finally:
            self.close()

    def _log_directory(self, name: str) -> Path:
        return (self.results or self.directory.path / "logs") / name

    @staticmethod
    def _made(directory: Path) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    def _collect(self, machine: Machine) -> None:
        """Copy what the guest wrote next to its console log."""
        if self.results is None:
            return
        target = self._log_directory(machine.name)
        shutil.copytree(machine.results, target, dirs_exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            shutil.copy2(machine.files.share / "dmesg-boot.log", target)
