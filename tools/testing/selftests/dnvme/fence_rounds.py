#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fences and opens a gate under load and watches the device below it.

fence_rounds.py GATE LEG-DISK LOAD-PID ROUNDS

The leg keeps every bio for some milliseconds, so that a bio that passed the
gate late is still seen in flight at the first look, or counted at the second.
"""
import os
import random
import signal
import sys
import time
from pathlib import Path

from dmctl import Device

READS, WRITES, IN_FLIGHT = 0, 4, 8


def look(leg: str) -> tuple[int, int, int]:
    """What the leg has completed, and what it has in flight."""
    words = Path(f"/sys/block/{leg}/stat").read_text().split()
    return int(words[READS]), int(words[WRITES]), int(words[IN_FLIGHT])


def fenced(gate: Device, leg: str, epoch: int, rng: random.Random) -> tuple[int, int]:
    """One fence. Returns what was in flight when it closed, and what it held."""
    answer = gate.message(f"fence {epoch}")
    first = look(leg)
    words = answer.split()
    if words[:2] != [str(epoch), "drained"]:
        sys.exit(f"not drained: fence {epoch} answered {answer}")
    if first[2]:
        sys.exit(f"late: {first[2]} bios in flight below after: {answer}")
    time.sleep(rng.random() / 50)
    second = look(leg)
    if second != first:
        sys.exit(f"late: the leg went from {first} to {second} after: {answer}")
    return int(words[2]), int(gate.status()[4])


def await_load(gate: Device) -> None:
    """Until bios are in flight through the gate."""
    deadline = time.monotonic() + 60
    while gate.status()[3] == "0":
        if time.monotonic() > deadline:
            sys.exit("no load passes the open gate")
        time.sleep(0.001)


def reopen(gate: Device, epoch: int, load: int) -> None:
    """An open is refused while a bio is held, so the load stands still for it."""
    os.kill(load, signal.SIGSTOP)
    while True:
        gate.message("fail_held")
        try:
            gate.message(f"open {epoch}")
            break
        except OSError:
            time.sleep(0.001)
    os.kill(load, signal.SIGCONT)


def main() -> None:
    gate, leg = Device(sys.argv[1]), sys.argv[2]
    load, rounds = int(sys.argv[3]), int(sys.argv[4])
    rng = random.Random(1)
    closed = held = 0
    epoch = int(gate.status()[0])
    for _ in range(rounds):
        await_load(gate)
        time.sleep(rng.random() / 100)
        epoch += 1
        in_flight, waiting = fenced(gate, leg, epoch, rng)
        closed += in_flight
        held += waiting
        epoch += 1
        reopen(gate, epoch, load)
    print(f"{rounds} rounds: {closed} bios in flight when it closed, {held} held")
    if not closed or not held:
        sys.exit("the load did not meet the fence")


if __name__ == "__main__":
    main()
