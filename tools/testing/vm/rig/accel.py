# SPDX-License-Identifier: Apache-2.0
"""KVM where a guest really boots with it, emulation elsewhere."""

from __future__ import annotations

import functools
import os
import stat
import subprocess
import tempfile
from pathlib import Path

from rig import initramfs, kernels
from rig.errors import RigError
from rig.paths import cache_dir, cache_lock

# With working hardware virtualization the probe ends within two seconds.
PROBE_TIMEOUT = 20.0
ALIVE = "rig: kvm guest alive"
PROBE_INIT = f"#!/bin/busybox sh\necho '{ALIVE}'\nexec /bin/busybox poweroff -f\n"


@functools.cache
def choose() -> str:
    """The accelerator to use: kvm or tcg. DNVME_VM_ACCEL decides without a probe."""
    wanted = os.environ.get("DNVME_VM_ACCEL")
    if wanted:
        if wanted not in ("kvm", "tcg"):
            raise RigError(f"DNVME_VM_ACCEL is {wanted!r}: it can be kvm or tcg")
        return wanted
    return "kvm" if kvm_works() else "tcg"


def kvm_works() -> bool:
    """Whether a guest boots with KVM; asked once per boot of this machine."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    with cache_lock("kvm"):
        answer = cache_dir() / "kvm-probe"
        known = answer.read_text(encoding="ascii").split() if answer.exists() else []
        if known[:1] != [boot]:
            known = [boot, "yes" if guest_boots() else "no"]
            answer.write_text(" ".join(known), encoding="ascii")
    return known[1] == "yes"


def guest_boots() -> bool:
    """Boot a stock kernel with KVM up to user space."""
    kernel = kernels.find(kernels.STOCK[0])
    archive = initramfs.Archive()
    for directory in ("bin", "dev"):
        archive.directory(directory)
    archive.add("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    archive.add("bin/busybox", stat.S_IFREG | 0o755, initramfs.BUSYBOX.read_bytes())
    archive.add("init", stat.S_IFREG | 0o755, PROBE_INIT.encode())
    with tempfile.NamedTemporaryFile(suffix=".cpio") as file:
        file.write(archive.finish())
        file.flush()
        return ALIVE in probe_output(kernel, file.name)


def probe_output(kernel: kernels.Kernel, initrd: str) -> str:
    """The console of the probing guest, up to its end or the time-out."""
    command = ["setpriv", "--pdeathsig", "KILL",
               "qemu-system-x86_64", "-machine", "q35", "-accel", "kvm", "-cpu", "host",
               "-m", "256M", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
               "-serial", "stdio", "-kernel", str(kernel.image), "-initrd", initrd,
               "-append", "console=ttyS0 quiet panic=-1"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PROBE_TIMEOUT, check=False)
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace")
    return done.stdout.decode(errors="replace")
