# SPDX-License-Identifier: Apache-2.0
"""What dmsetup does, through the device-mapper ioctl: a thousand times faster."""
import errno
import fcntl
import functools
import os
import struct
import time

HEADER = struct.Struct("=3I I I I i I I I Q 128s 129s 7x")
BUFFER = 16384
SPEC = struct.Struct("=QQiI16s")
DEV_SUSPEND, TABLE_LOAD, TABLE_CLEAR, TABLE_STATUS, TARGET_MSG = 6, 9, 10, 12, 14
SUSPEND, INACTIVE_PRESENT, NOFLUSH, DATA_OUT = 1 << 1, 1 << 6, 1 << 11, 1 << 16


@functools.lru_cache(maxsize=None)
def control() -> int:
    """One file for all devices, however many are named."""
    return os.open("/dev/mapper/control", os.O_RDWR)


class Device:
    """One dm device, by its name."""

    def __init__(self, name: str) -> None:
        self.name = name.encode()

    def _ioctl(self, command: int, flags: int, payload: bytes,
               targets: int = 0) -> tuple[bytes, int]:
        buffer = bytearray(BUFFER)
        HEADER.pack_into(buffer, 0, 4, 0, 0, BUFFER, HEADER.size, targets, 0, flags, 0, 0, 0,
                         self.name, b"")
        buffer[HEADER.size:HEADER.size + len(payload)] = payload
        fcntl.ioctl(control(), 3 << 30 | HEADER.size << 16 | 0xFD << 8 | command, buffer)
        fields = HEADER.unpack_from(buffer)
        return bytes(buffer[fields[4]:]), fields[7]

    def message(self, text: str) -> str:
        payload = struct.pack("=Q", 0) + text.encode() + b"\0"
        data, flags = self._ioctl(TARGET_MSG, 0, payload)
        return data.split(b"\0", 1)[0].decode() if flags & DATA_OUT else ""

    def status(self) -> list[str]:
        data, _ = self._ioctl(TABLE_STATUS, NOFLUSH, b"")
        return data[SPEC.size:].split(b"\0", 1)[0].decode().split()

    def open(self, epoch: int) -> None:
        """Of a dnvme gate, which refuses as long as it holds anything: what it holds fails."""
        while True:
            self.message("fail_held")
            try:
                self.message(f"open {epoch}")
                return
            except OSError as error:
                if error.errno == errno.ESTALE:
                    raise
                time.sleep(0.01)

    def load(self, table: str) -> None:
        """Into the inactive slot; a line of one target, as for dmsetup."""
        start, length, target, *words = table.split()
        arguments = " ".join(words).encode() + b"\0"
        size = (SPEC.size + len(arguments) + 7) // 8 * 8
        spec = SPEC.pack(int(start), int(length), 0, size, target.encode())
        self._ioctl(TABLE_LOAD, 0, spec + arguments, targets=1)

    def clear(self) -> None:
        """Takes away what was loaded and not resumed."""
        self._ioctl(TABLE_CLEAR, 0, b"")

    def has_inactive_table(self) -> bool:
        _, flags = self._ioctl(TABLE_STATUS, NOFLUSH, b"")
        return bool(flags & INACTIVE_PRESENT)

    def suspend(self, noflush: bool) -> None:
        self._ioctl(DEV_SUSPEND, SUSPEND | (NOFLUSH if noflush else 0), b"")

    def resume(self) -> None:
        """With the table that was loaded last."""
        self._ioctl(DEV_SUSPEND, 0, b"")

    def exchange(self, table: str) -> None:
        """Puts another table in place of the present one; what waits goes on there."""
        self.load(table)
        self.suspend(noflush=True)
        self.resume()
