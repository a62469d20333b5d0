#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a stamp to each of some blocks, or counts the stamps that are there.

stamps.py write|count DEV TRIAL COUNT DISTANCE-BYTES [LOG-WRITES-DEVICE]...

Each write is acknowledged before the next is sent, and then each log gets a mark at once. The
stamps of one trial are not those of another.
"""
import struct
import sys

from dmctl import Device
from stripe_model import direct_io

BLOCK = 4096
STAMP = struct.Struct("<QQ")


def stamp(trial: int, number: int) -> bytes:
    return STAMP.pack(trial, number) * (BLOCK // STAMP.size)


def main() -> None:
    verb, path = sys.argv[1:3]
    trial, count, distance = map(int, sys.argv[3:6])
    logs = [Device(name) for name in sys.argv[6:]]
    found = 0
    for number in range(count):
        if verb == "write":
            direct_io(path, number * distance, stamp(trial, number), BLOCK)
        else:
            got = direct_io(path, number * distance, None, BLOCK)
            found += got == stamp(trial, number)
    for log in logs:
        log.message("mark acknowledged")
    if verb == "count":
        print(found)


if __name__ == "__main__":
    main()
