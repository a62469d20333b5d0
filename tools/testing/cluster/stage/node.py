# SPDX-License-Identifier: Apache-2.0
"""A storage node: a guest that runs dnvmed, driven with dnvmectl as a person would."""

from __future__ import annotations

import json
import shlex
from typing import Any

from rig import Machine, Result
from rig.guest import Command

from stage.conditions import wait_until

BIN = "build/user/bin"
NVMET = "/sys/kernel/config/nvmet"
# What dnvmectl ends with: nobody answered; recorded, not finished, and dnvmed goes on.
UNREACHABLE = 3
GOES_ON = 4
# QEMU's NVMe disks lose a doorbell now and then: the guest waits a minute, resets, and goes on.
PATIENCE_S = "600"

# What must be gone after the last volume: device-mapper devices and nvmet entries, one a line.
LEFTOVERS = f"""
dmsetup ls | grep -v '^No devices found'
find {NVMET}/subsystems {NVMET}/ports {NVMET}/hosts -mindepth 1 -maxdepth 1 2>/dev/null
true
"""


class StorageNode:
    """dnvmed in a guest. The machine needs keep_state=True to survive a power cut."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.daemon: Command | None = None

    def start_daemon(self) -> None:
        """Start dnvmed and wait until it answers."""
        self.daemon = self.machine.start([f"{BIN}/dnvmed"])
        wait_until("dnvmed answers", self._answers)

    def stop_daemon(self, signal: str = "TERM") -> None:
        """End dnvmed and wait until it is gone."""
        assert self.daemon
        daemon = self.daemon
        daemon.kill(signal)
        wait_until("dnvmed is gone", daemon.ended)

    def ctl(self, arguments: str, check: bool = True) -> Result:
        """Run dnvmectl; with check, a status other than 0 raises."""
        command = [f"{BIN}/dnvmectl", "--timeout", PATIENCE_S, *shlex.split(arguments)]
        return self.machine.run(command, check=check)

    def ctl_json(self, arguments: str) -> Any:
        """What dnvmectl -o json prints, parsed."""
        return json.loads(self.ctl(f"-o json {arguments}").stdout)

    def health(self, volume: str) -> str:
        """Of a volume, in one word; "unknown" while the store does not answer."""
        shown = self.ctl(f"-o json volume show {volume}", check=False)
        if shown.status == GOES_ON:
            return "unknown"
        if not shown.ok:
            raise RuntimeError(f"volume show {volume}: {shown.stderr}")
        return str(json.loads(shown.stdout)["health"])

    def log(self) -> str:
        """What the running dnvmed has logged."""
        assert self.daemon
        return self.daemon.output("stderr")

    def leftovers(self) -> str:
        """Devices and exports on the node, of anybody; empty if there is nothing."""
        return self.machine.run(LEFTOVERS).stdout

    def kernel_objects(self) -> str:
        """All devices with their numbers, event counts and tables, and all exports."""
        return self.machine.run(f"dmsetup info -c --noheadings -o name,uuid,major,minor,events; "
                                f"dmsetup table; find {NVMET} | sort").stdout

    def _answers(self) -> bool:
        assert self.daemon
        if self.daemon.ended():
            raise RuntimeError(f"dnvmed ended at once:\n{self.daemon.output('stderr')}")
        return self.ctl("info", check=False).status != UNREACHABLE
