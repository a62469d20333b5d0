#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Persistent reservation calls, as <linux/pr.h> has them.

reservation.py DEV register OLD-KEY NEW-KEY | reserve KEY TYPE | release KEY TYPE |
    preempt KEY ITS-KEY TYPE | clear KEY

Prints ok or the name of the error.
"""
import errno
import fcntl
import os
import struct
import sys

CALLS = {
    "register": (200, "=QQII"),
    "reserve": (201, "=QII"),
    "release": (202, "=QII"),
    "preempt": (203, "=QQII"),
    "clear": (205, "=QII"),
}


def call(path: str, verb: str, values: list[int]) -> str:
    number, layout = CALLS[verb]
    fields = len(struct.unpack(layout, bytes(struct.calcsize(layout))))
    argument = bytearray(struct.pack(layout, *values, *[0] * (fields - len(values))))
    request = 1 << 30 | len(argument) << 16 | ord("p") << 8 | number
    try:
        status = fcntl.ioctl(os.open(path, os.O_RDWR), request, argument)
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    # A positive status is that of the SCSI command.
    return "ok" if status == 0 else f"status {status}"


if __name__ == "__main__":
    print(call(sys.argv[1], sys.argv[2], [int(word) for word in sys.argv[3:]]))
