# SPDX-License-Identifier: Apache-2.0
"""Get the ELF image out of a bzImage: QEMU starts it directly (PVH), which skips the
decompression that takes seconds under emulation."""

from __future__ import annotations

import lzma
import struct
import subprocess
from pathlib import Path

from rig.errors import RigError

# Offsets in the x86 boot protocol's setup header.
SETUP_SECTS = 0x1F1
HEADER_MAGIC = 0x202
PAYLOAD_OFFSET = 0x248
SECTOR = 512

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
XZ_MAGIC = b"\xfd7zXZ\x00"
ELF_MAGIC = b"\x7fELF"
SIZE_TRAILER = 4  # the kernel's build appends the unpacked size


def payload(image: bytes) -> bytes:
    """The compressed kernel inside a bzImage, without the appended size."""
    if image[HEADER_MAGIC:HEADER_MAGIC + 4] != b"HdrS":
        raise RigError("not a bzImage: the boot header's magic is missing")
    protected_mode = ((image[SETUP_SECTS] or 4) + 1) * SECTOR
    offset, length = struct.unpack_from("<II", image, PAYLOAD_OFFSET)
    start = protected_mode + offset
    return image[start:start + length - SIZE_TRAILER]


def decompress(data: bytes) -> bytes:
    """Unpack by what the data says it is."""
    if data.startswith(XZ_MAGIC):
        return lzma.LZMADecompressor().decompress(data)
    if data.startswith(ZSTD_MAGIC):
        done = subprocess.run(["zstd", "-dqc"], input=data, stdout=subprocess.PIPE, check=True)
        return done.stdout
    raise RigError(f"the kernel is packed in an unknown way (starts with {data[:6].hex()})")


def extract(bzimage: Path, target: Path) -> None:
    """Write the ELF image of bzimage to target."""
    elf = decompress(payload(bzimage.read_bytes()))
    if not elf.startswith(ELF_MAGIC):
        raise RigError(f"{bzimage}: what was unpacked is no ELF file")
    target.write_bytes(elf)
