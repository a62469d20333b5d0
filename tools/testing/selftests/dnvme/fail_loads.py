#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Loads a table again and again, and lets another allocation of the kernel fail each time.

fail_loads.py DEVICE TABLE

The first allocation fails in the first load, the second in the second, and so on, until a load
ends before its turn comes: then all have failed once. A load may succeed in spite of it; a
failed one must leave no table in the inactive slot.
"""
import os
import sys

from dmctl import Device

# Counts down at each allocation of this thread, and fails that which makes it 0.
COUNTDOWN = "/proc/thread-self/fail-nth"
LIMIT = 2000


def load_without(device: Device, table: str, countdown: int, number: int) -> tuple[bool, bool]:
    """One load. Says whether it failed, and whether there were enough allocations."""
    failed = False
    os.write(countdown, str(number).encode())
    try:
        device.load(table)
    except (OSError, MemoryError):
        failed = True
    reached = int(os.pread(countdown, 16, 0)) == 0
    os.write(countdown, b"0")
    return failed, reached


def main() -> None:
    device, table = Device(sys.argv[1]), sys.argv[2]
    # Opened once: to open it would need allocations, too.
    countdown = os.open(COUNTDOWN, os.O_RDWR)
    failures = 0
    for number in range(1, LIMIT):
        failed, reached = load_without(device, table, countdown, number)
        if not reached:
            break
        failures += failed
        if failed and device.has_inactive_table():
            sys.exit(f"the load without allocation {number} failed and left a table")
        device.clear()
    else:
        sys.exit(f"a load makes more than {LIMIT} allocations")
    print(f"{number - 1} allocations, {failures} loads failed")
    if not failures:
        sys.exit("no load has failed")
    device.clear()


if __name__ == "__main__":
    main()
