# SPDX-License-Identifier: Apache-2.0
"""The command line of one QEMU."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from rig.disks import Disk
from rig.kernels import Kernel
from rig.paths import GUEST_DIR

# Emulated guests are slow and share cores: the kernel's own watchdogs get bounds that slowness
# does not reach, so that what they report is real.
WATCHDOGS = [
    "rcupdate.rcu_cpu_stall_timeout=300", "rcupdate.rcu_task_stall_timeout=600000",
    "watchdog_thresh=60", "nmi_watchdog=0", "workqueue.watchdog_thresh=240",
    "sysctl.kernel.hung_task_timeout_secs=240",
]
# loglevel=5 lets warnings through from the first moment on and keeps the boot quick.
BASIC = ["console=ttyS0", "loglevel=5", "panic=-1", "mitigations=off", "nokaslr"]
# The accelerator of a guest whose clock counts instructions: each takes one nanosecond, whatever
# this machine does meanwhile, and a guest with nothing to do does not wait.
COUNTING = "tcg-counting"


@dataclass
class Hardware:
    """What a guest consists of."""

    memory: str = "1G"
    cpus: int = 1
    disks: list[Disk] = field(default_factory=list)
    kernel_arguments: list[str] = field(default_factory=list)
    qemu_arguments: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Files:
    """Files of one guest outside it."""

    directory: Path
    console: Path

    @property
    def share(self) -> Path:
        """The directory the guest may write to."""
        return self.directory / "share"

    @property
    def monitor(self) -> Path:
        """Socket of QEMU's monitor."""
        return self.directory / "monitor"

    @property
    def agent(self) -> Path:
        """Socket of the guest agent."""
        return self.directory / "agent"

    @property
    def terminal(self) -> Path:
        """Socket of the guest's terminal (hvc0)."""
        return self.directory / "terminal"


def command_line(name: str, kernel: Kernel, initramfs: Path, accelerator: str,
                 hardware: Hardware, files: Files, network: list[str]) -> list[str]:
    """The whole QEMU command for a guest."""
    return [
        "qemu-system-x86_64", "-name", f"dnvme-{name}", "-machine", "q35",
        *acceleration(accelerator), "-smp", str(hardware.cpus), "-m", hardware.memory,
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-kernel", str(kernel.image), "-initrd", str(initramfs),
        "-append", shlex.join(kernel_arguments(kernel, hardware)),
        *shares(files), *channels(files), *network, *disks(hardware.disks),
        *hardware.qemu_arguments,
    ]


def acceleration(accelerator: str) -> list[str]:
    """Options for the accelerator."""
    if accelerator == "kvm":
        return ["-accel", "kvm", "-cpu", "host"]
    if accelerator == COUNTING:
        return ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off",
                "-rtc", "base=utc,clock=vm", "-seed", "1"]
    # Without cmpxchg16b, which spoils the flags of the emulated processor now and then: an
    # interrupt right behind it in kmalloc ended two guests with a double fault.
    return ["-accel", "tcg", "-cpu", "qemu64,-cx16"]


def kernel_arguments(kernel: Kernel, hardware: Hardware) -> list[str]:
    """The kernel's command line."""
    return [*BASIC, *WATCHDOGS, f"rig.init={GUEST_DIR}/init", *kernel.arguments,
            *hardware.kernel_arguments]


def shares(files: Files) -> list[str]:
    """The machine's root, read-only, and the guest's own share."""
    common = "local,security_model=none,multidevs=remap"
    return ["-virtfs", f"{common},path=/,mount_tag=root,readonly=on",
            "-virtfs", f"{common},path={files.share},mount_tag=share"]


def channels(files: Files) -> list[str]:
    """Console, monitor, guest agent, terminal."""
    sockets = {"monitor": files.monitor, "agent": files.agent, "terminal": files.terminal}
    options = ["-chardev", f"file,id=console,path={files.console},append=on",
               "-serial", "chardev:console"]
    for name, path in sockets.items():
        options += ["-chardev", f"socket,id={name},path={path},server=on,wait=off"]
    return [*options, "-mon", "chardev=monitor,mode=control", "-device", "virtio-serial-pci",
            "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
            "-device", "virtconsole,chardev=terminal"]


def disks(all_disks: list[Disk]) -> list[str]:
    """Options of all disks, in order."""
    return [argument for number, disk in enumerate(all_disks)
            for argument in disk.qemu_arguments(f"disk{number}")]
