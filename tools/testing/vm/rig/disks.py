# SPDX-License-Identifier: Apache-2.0
"""Disks of a guest: sparse files, shown to it as virtio or NVMe disks."""

from __future__ import annotations

import errno
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rig.errors import RigError

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def parse_size(text: str | int) -> int:
    """Bytes from 4096, "512M", "20T"."""
    match = re.fullmatch(r"(\d+)([KMGT]?)(?:iB)?", str(text))
    if not match:
        raise RigError(f"bad disk size {text!r}: write a number and K, M, G or T, as in 20T")
    return int(match.group(1)) * UNITS[match.group(2)]


@dataclass
class Disk:
    """One disk. The serial names it in the guest and its file outside; kind is virtio or nvme.
    A path makes it an existing raw file that outlives the rig."""

    serial: str
    size: str | int = "2G"
    kind: str = "virtio"
    path: Path | None = None
    block_size: int = 512
    image_format: str = "raw"

    def create(self, directory: Path) -> None:
        """Make the file unless it is there already."""
        if self.path is None:
            self.path = directory / f"{self.serial}.img"
        if self.path.exists():
            return
        try:
            with open(self.path, "wb") as image:
                os.truncate(image.fileno(), parse_size(self.size))
        except OSError as error:
            if error.errno != errno.EFBIG:
                raise
            self._create_qcow2(self.path)

    def _create_qcow2(self, path: Path) -> None:
        """For sizes this file system has no sparse files for (ext4 ends at 16 TiB)."""
        path.unlink()
        self.image_format = "qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-o", "cluster_size=2M",
                        str(path), str(parse_size(self.size))], check=True)

    def qemu_arguments(self, name: str) -> list[str]:
        """Options for QEMU. A raw file needs no flush to survive the death of QEMU: what was
        written is in this machine's page cache. A qcow2 file does, for its own tables."""
        cache = "unsafe" if self.image_format == "raw" else "writeback"
        drive = (f"if=none,id={name},file={self.path},format={self.image_format},"
                 f"cache={cache},discard=unmap")
        blocks = f"logical_block_size={self.block_size},physical_block_size={self.block_size}"
        if self.kind == "virtio":
            device = f"virtio-blk-pci,drive={name},serial={self.serial},{blocks}"
            return ["-drive", drive, "-device", device]
        if self.kind == "nvme":
            return ["-drive", drive, "-device", f"nvme,id={name}-ctrl,serial={self.serial}",
                    "-device", f"nvme-ns,drive={name},bus={name}-ctrl,nsid=1,{blocks}"]
        raise RigError(f"disk {self.serial}: unknown kind {self.kind!r}, use virtio or nvme")


def state_disk(directory: Path) -> Disk:
    """The disk that keeps /var/lib/dnvme and /etc/dnvme of a machine over power cuts."""
    disk = Disk("state", "256M", path=directory / "state.img")
    if not directory.joinpath("state.img").exists():
        disk.create(directory)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-F", str(disk.path)], check=True)
    return disk
