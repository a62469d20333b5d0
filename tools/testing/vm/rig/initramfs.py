# SPDX-License-Identifier: Apache-2.0
"""The initramfs: busybox, the few modules needed to reach the shared root, one script."""

from __future__ import annotations

import stat
from pathlib import Path

from rig.errors import RigError
from rig.kernels import Kernel
from rig.modules import closure
from rig.paths import GUEST_DIR, cache_dir, cache_lock, hash_of

BUSYBOX = Path("/bin/busybox")
ROOT_MODULES = ["virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_net", "virtio_console",
                "virtio_blk"]


class Archive:
    """A cpio archive in the format the kernel unpacks (newc)."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.inode = 0

    def add(self, name: str, mode: int, content: bytes = b"", device: tuple[int, int] = (0, 0)
            ) -> None:
        """Append one member."""
        self.inode += 1
        path = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(path), 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields) + path
        self._pad()
        self.data += content
        self._pad()

    def directory(self, name: str) -> None:
        """Append a directory."""
        self.add(name, stat.S_IFDIR | 0o755)

    def finish(self) -> bytes:
        """The whole archive."""
        self.add("TRAILER!!!", 0)
        return bytes(self.data)

    def _pad(self) -> None:
        self.data += b"\0" * (-len(self.data) % 4)


def build(busybox: bytes, init: bytes, modules: list[Path]) -> bytes:
    """An initramfs that loads the modules in order and then does what init says."""
    archive = Archive()
    for directory in ("bin", "dev", "proc", "sys", "mnt", "modules"):
        archive.directory(directory)
    archive.add("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    archive.add("bin/busybox", stat.S_IFREG | 0o755, busybox)
    archive.add("init", stat.S_IFREG | 0o755, init)
    for number, path in enumerate(modules):
        archive.add(f"modules/{number:02}-{path.name}", stat.S_IFREG | 0o644, path.read_bytes())
    return archive.finish()


def initramfs_for(kernel: Kernel, tree: Path) -> Path:
    """The initramfs for a kernel, from the cache if nothing it is made of has changed."""
    if not BUSYBOX.exists():
        raise RigError(f"no {BUSYBOX}: apt-get install busybox-static")
    init = (GUEST_DIR / "initramfs-init").read_bytes()
    busybox = BUSYBOX.read_bytes()
    modules = closure(tree, ROOT_MODULES)
    key = hash_of(init, busybox, *(path.read_bytes() for path in modules))
    target = cache_dir() / "initramfs" / f"{kernel.release}-{key}.cpio"
    with cache_lock("initramfs"):
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            new = target.with_suffix(".new")
            new.write_bytes(build(busybox, init, modules))
            new.rename(target)
    return target
