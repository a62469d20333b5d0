#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Loads a table again and again, and lets another allocation of the kernel fail each time.

fail_loads.py DEVICE TABLE

The first allocation fails in the first load, the second in the second, and so on, until a load
ends before its turn comes: then all have failed once. A load may succeed in spite of it; a
failed one must leave no table in the inactive slot.
"""
import sys

from dmctl import Device

# Counts down at each allocation of this thread, and fails that which makes it 0.
COUNTDOWN = "/proc/thread-self/fail-nth"
LIMIT = 2000


def load_without(device: Device, table: str, number: int) -> tuple[bool, bool]:
    """One load. Says whether it failed, and whether there were enough allocations."""
    failed = False
    with open(COUNTDOWN, "r+", encoding="ascii") as countdown:
        countdown.write(str(number))
        countdown.flush()
        try:
            device.load(table)
        except OSError:
            failed = True
        countdown.seek(0)
        reached = int(countdown.read()) == 0
        countdown.seek(0)
        countdown.write("0")
    return failed, reached


def main() -> None:
    device, table = Device(sys.argv[1]), sys.argv[2]
    failures = 0
    for number in range(1, LIMIT):
        failed, reached = load_without(device, table, number)
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
