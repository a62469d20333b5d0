#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sends Set Namespace Active to a controller: sna.py DEV NSID CDW10 [CDW11...CDW15] [FIELD=VALUE]

Prints the status in hex, then completion dwords 0 and 1; or the error of a command that was not
answered. FIELD is opcode, cdw2, queue (io: to the
I/O queue of a namespace) or data_len.
"""
import ctypes
import errno
import fcntl
import os
import struct
import sys

ADMIN64, IO64 = 0x47, 0x48
COMMAND = struct.Struct("=BBHIIIQQII6IIIQ")
IOWR = 3 << 30
OPCODE = 0xFE
TIMEOUT_MS = 120000
# Status code and its type, and "do not retry".
STATUS = 0x47FF


def main() -> None:
    device, nsid, *words = sys.argv[1:]
    fields = dict(word.split("=") for word in words if "=" in word)
    dwords = [int(word, 0) for word in words if "=" not in word]
    dwords += [0] * (6 - len(dwords))
    data_len = int(fields.get("data_len", "0"))
    data = ctypes.create_string_buffer(data_len or 1)
    command = bytearray(COMMAND.pack(
        int(fields.get("opcode", str(OPCODE)), 0), 0, 0, int(nsid, 0),
        int(fields.get("cdw2", "0"), 0), 0, 0, ctypes.addressof(data) if data_len else 0, 0,
        data_len, *dwords, TIMEOUT_MS, 0, 0))
    request = IO64 if fields.get("queue") == "io" else ADMIN64
    fd = os.open(device, os.O_RDWR)
    try:
        status = fcntl.ioctl(fd, IOWR | COMMAND.size << 16 | ord("N") << 8 | request, command)
    except OSError as error:
        sys.exit(errno.errorcode[error.errno or 0])
    result = COMMAND.unpack(command)[-1]
    print(f"{status & STATUS:#x} {result & 0xFFFFFFFF} {result >> 32}")


if __name__ == "__main__":
    main()
