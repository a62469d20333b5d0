#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fences and opens a gate under load, with an observer of every bio below it.

fence_rounds.py GATE LEG-DISK LOAD-PID ROUNDS IN-FLIGHT SEED

The gate comes held, so that the record begins while nothing is below. Each round opens it, waits
until IN-FLIGHT bios are below, and fences. Whatever reached the leg before the answer must have
come back before it, and from the answer to the next open nothing may reach the leg.
"""
import os
import random
import signal
import sys
import time

from dmctl import Device
from observer import ARRIVED, RETURNED, Observer

PATIENCE = 2 * int(os.environ["DNVME_PATIENCE"])


def check_record(record: str, epoch: int) -> None:
    """The record of one round, up to the moment before the open."""
    before, mark, after = record.partition(f"fenced {epoch}\n")
    if not mark:
        sys.exit(f"the mark of epoch {epoch} is not on record: {record[-500:]}")
    arrived, returned = before.count(ARRIVED), before.count(RETURNED)
    if arrived != returned:
        sys.exit(f"late: {arrived} bios had arrived below and {returned} were back when "
                 f"fence {epoch} said drained")
    if ARRIVED in after or RETURNED in after:
        sys.exit(f"late: fence {epoch} said drained, then came\n{after[:2000]}")


class Rounds:
    """A gate, its load, and what the fences met."""

    def __init__(self, gate: Device, load: int, depth: int, seed: int) -> None:
        self.gate = gate
        self.load = load
        self.depth = depth
        self.rng = random.Random(seed)
        self.epoch = int(gate.status()[0])
        self.closed = self.held = 0
        os.kill(load, signal.SIGSTOP)

    def one(self, observer: Observer) -> None:
        """One round, which leaves the gate fenced."""
        self._open()
        self._await_load()
        time.sleep(self.rng.random() / 100)
        self._fence(observer)
        check_record(observer.take(), self.epoch)

    def _fence(self, observer: Observer) -> None:
        self.epoch += 1
        answer = self.gate.message(f"fence {self.epoch}")
        observer.mark(f"fenced {self.epoch}")
        words = answer.split()
        if words[:2] != [str(self.epoch), "drained"]:
            sys.exit(f"not drained: fence {self.epoch} answered {answer}")
        # What is late has some time to show itself.
        time.sleep(self.rng.random() / 50)
        os.kill(self.load, signal.SIGSTOP)
        self.closed += int(words[2])
        self.held += int(self.gate.status()[4])

    def _await_load(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while int(self.gate.status()[3]) < self.depth:
            if time.monotonic() > deadline:
                sys.exit(f"the load does not bring {self.depth} bios through the open gate")
            time.sleep(0.002)

    def _open(self) -> None:
        """An open is refused while a bio is held, so the load must stand still."""
        self.epoch += 1
        while True:
            self.gate.message("fail_held")
            try:
                self.gate.message(f"open {self.epoch}")
                break
            except OSError:
                time.sleep(0.001)
        os.kill(self.load, signal.SIGCONT)


def main() -> None:
    leg, (load, count, depth, seed) = sys.argv[2], map(int, sys.argv[3:7])
    rounds, observer = Rounds(Device(sys.argv[1]), load, depth, seed), Observer(leg)
    began = time.monotonic()
    try:
        for _ in range(count):
            rounds.one(observer)
        missed = observer.missed()
    finally:
        observer.close()
    print(f"{count} rounds in {time.monotonic() - began:.1f} s, 0 late: {observer.arrived} bios "
          f"on record, {rounds.closed} in flight when it closed, {rounds.held} held")
    if missed or not rounds.closed or not rounds.held:
        sys.exit(missed or "the load did not meet the fence")


if __name__ == "__main__":
    main()
