# SPDX-License-Identifier: Apache-2.0
"""One virtual machine: power, commands, faults, logs."""

from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path

from rig import accel, cleanup, initramfs, kernels, modules, network, qemu
from rig.agent import Agent
from rig.console import Allowed, ConsoleLog
from rig.disks import Disk, state_disk
from rig.errors import CommandFailed, GuestGone, KernelReport, RigError
from rig.guest import DEFAULT_TIMEOUT, GUEST_SHARE, Command, Result, Sink
from rig.network import Network
from rig.paths import GUEST_DIR, MODULES_BUILD, SOURCE, cache_dir
from rig.qmp import Monitor

BOOT_TIMEOUT = 600.0
POLL = 0.05


class Machine:
    """A guest. Made by Rig.machine(); number decides its address."""

    def __init__(self, name: str, number: int, net: Network, files: qemu.Files, *,
                 kernel: str = "6.1", memory: str = "1G", cpus: int = 1,
                 disks: list[Disk] | None = None, keep_state: bool = False,
                 kernel_arguments: list[str] | None = None, counting: bool = False) -> None:
        self.name = name
        self.number = number
        self.net = net
        self.files = files
        self.address = network.address(number)
        self.kernel = kernels.find(kernel)
        self.hardware = qemu.Hardware(memory, cpus, list(disks or []),
                                      list(kernel_arguments or []))
        self.keep_state = keep_state
        self.counting = counting
        self.env: dict[str, str] = {}
        self.hosts: list[str] = []
        self.console = ConsoleLog(files.console)
        self.agent = Agent(files.agent)
        self.process: subprocess.Popen[bytes] | None = None
        self.commands = itertools.count(1)
        self._monitor: Monitor | None = None
        self._prepare_files()

    # --- power ---

    def power_on(self) -> None:
        """Start QEMU and return at once."""
        if self.running:
            raise RigError(f"{self.name} runs already")
        tree = modules.tree_for(self.kernel)
        self._write_environment(tree)
        (self.files.share / "ready").unlink(missing_ok=True)
        argv = qemu.command_line(
            self.name, self.kernel, initramfs.initramfs_for(self.kernel, tree),
            qemu.COUNTING if self.counting else accel.choose(), self.hardware, self.files,
            self.net.qemu_arguments(self.number))
        self.process = cleanup.launch(argv, self._qemu_log)

    def wait_ready(self, timeout: float = BOOT_TIMEOUT) -> None:
        """Wait until the guest takes commands."""
        deadline = time.monotonic() + timeout
        while not (self.files.share / "ready").exists():
            self.watch()
            if time.monotonic() > deadline:
                raise RigError(f"{self.name} did not come up within {timeout:.0f} s; its "
                               f"console ends with:\n{self.console.text()[-2000:]}")
            time.sleep(POLL)

    def boot(self, timeout: float = BOOT_TIMEOUT) -> None:
        """Start the machine and wait until it takes commands."""
        self.power_on()
        self.wait_ready(timeout)

    def power_cut(self) -> None:
        """Take the power away: nothing in the guest gets a chance to do anything."""
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None
        self._disconnect()

    def shut_down(self, timeout: float = 300.0) -> None:
        """Switch the guest off in order: file systems synced and unmounted."""
        self.run("sync; umount -a -t ext4,xfs", timeout=timeout)
        with contextlib.suppress(RigError):  # the agent may be gone before it has answered
            self.agent.start(["/bin/busybox", "poweroff", "-f"])
        self.wait_off(timeout)

    def wait_off(self, timeout: float = BOOT_TIMEOUT) -> None:
        """Wait until the guest has switched itself off."""
        try:
            if self.process:
                self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise RigError(f"{self.name} did not switch off within {timeout:.0f} s") from None
        self.process = None
        self._disconnect()

    @property
    def running(self) -> bool:
        """Whether there is a QEMU, paused or not."""
        return self.process is not None and self.process.poll() is None

    # --- commands ---

    def run(self, command: str | list[str], *, timeout: float = DEFAULT_TIMEOUT,
            check: bool = True, stdin: bytes = b"", env: dict[str, str] | None = None,
            sink: Sink | None = None) -> Result:
        """Run a command (a string goes to bash) and wait; with check, failing raises."""
        result = self.start(command, stdin=stdin, env=env).wait(timeout, sink)
        if check and not result.ok:
            raise CommandFailed(result)
        return result

    def start(self, command: str | list[str], *, stdin: bytes = b"",
              env: dict[str, str] | None = None) -> Command:
        """Start a command and return; any number can run at the same time."""
        argv = ["/bin/bash", "-c", command] if isinstance(command, str) else command
        settings = [f"{name}={value}" for name, value in {**self.env, **(env or {})}.items()]
        shown = command if isinstance(command, str) else shlex.join(command)
        directory = self.files.share / "exec" / str(next(self.commands))
        process = Command(self, shown, directory)
        process.start(["/usr/bin/env", *settings, *argv], stdin, GUEST_DIR / "exec")
        return process

    def start_process(self, argv: list[str]) -> None:
        """Start a process in the guest, unobserved."""
        self.agent.start(argv)

    # --- faults ---

    def pause(self) -> None:
        """Stop the virtual CPU; the guest's clock stops too."""
        self.monitor.call("stop")

    def resume(self) -> None:
        """Let the virtual CPU go on."""
        self.monitor.call("cont")

    def freeze(self) -> None:
        """SIGSTOP QEMU: nothing runs, and time is lost, as on a host that stalls."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT QEMU: the guest's clock jumps."""
        self._signal(signal.SIGCONT)

    def set_link(self, up: bool) -> None:
        """Plug the network cable in or out."""
        self.monitor.call("set_link", name="nic0", up=up)

    def cut_off_from(self, others: list[Machine]) -> None:
        """Drop all packets from and to these guests; an empty list heals."""
        rules = network.partition_rules([other.address for other in others])
        self.run(["/usr/sbin/nft", "-f", "-"], stdin=rules.encode())

    # --- logs ---

    def allow(self, pattern: str, reason: str) -> None:
        """Accept kernel reports that match, for a reason."""
        self.console.allowed.append(Allowed(pattern, reason))

    def check_log(self) -> None:
        """Raise if the kernel has reported a fault since the last look."""
        reports = self.console.new_reports()
        if reports:
            raise KernelReport(f"{self.name} ({self.kernel.release}): the kernel reported\n"
                               + "\n\n".join(reports))

    def watch(self) -> None:
        """Raise if the guest is gone or its kernel has reported a fault."""
        self.check_log()
        if not self.running:
            raise GuestGone(f"{self.name} is switched off\n{self._qemu_log.read_text()}"
                            f"{self.console.text()[-2000:]}")

    @property
    def results(self) -> Path:
        """What the guest writes to $DNVME_RESULTS."""
        return self.files.share / "results"

    @property
    def monitor(self) -> Monitor:
        """QEMU's monitor."""
        if self._monitor is None:
            self._monitor = Monitor(self.files.monitor)
        return self._monitor

    # --- inside ---

    @property
    def _qemu_log(self) -> Path:
        return self.files.directory / "qemu.log"

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            raise GuestGone(f"{self.name} is switched off")
        os.kill(self.process.pid, number)

    def _disconnect(self) -> None:
        self.agent.close()
        if self._monitor:
            self._monitor.close()
        self._monitor = None

    def _prepare_files(self) -> None:
        self.results.mkdir(parents=True)
        for disk in self.hardware.disks:
            disk.create(self.files.directory)
        if self.keep_state:
            self.hardware.disks.append(state_disk(self.files.directory))
        for build in MODULES_BUILD.glob(f"{self.kernel.release}-break-*"):
            name = build.name.removeprefix(f"{self.kernel.release}-")
            target = self.files.share / "break" / name
            target.mkdir(parents=True)
            for module in build.glob("*.ko"):
                shutil.copy2(module, target)

    def _write_environment(self, tree: Path) -> None:
        """Tell the guest's init who the guest is."""
        identity = uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.name}.dnvme.test")
        values = {
            "RIG_HOSTNAME": self.name, "RIG_ADDRESS": f"{self.address}/24",
            "RIG_HOSTS": "\n".join(self.hosts), "RIG_HOSTID": str(identity),
            "RIG_NVME_DISKS": str(sum(d.kind == "nvme" for d in self.hardware.disks)),
            "RIG_MODULES": str(tree), "RIG_CACHE": str(cache_dir()),
            "DM_DISABLE_UDEV": "1", "DNVME_SRC": str(SOURCE),
            "DNVME_RESULTS": f"{GUEST_SHARE}/results",
            "DNVME_BREAK_MODULES": f"{GUEST_SHARE}/break",
        }
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
        (self.files.share / "guest.env").write_text("".join(lines), encoding="utf-8")
