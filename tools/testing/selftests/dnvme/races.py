#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sends a gate messages from several threads at once.

races.py GATE             until the gate is gone
races.py GATE TABLE N     while its table is exchanged N times; in TABLE the words
                          EPOCH and MODE are replaced, the epoch by a higher one each time

A message may be refused because another came first, for the reasons below and
for no other. An epoch is accepted once only, whoever wins.
"""
import errno
import random
import subprocess
import sys
import threading

from dmctl import Device

THREADS = 3
STRIDE = 10**6
REFUSALS: dict[str, set[int]] = {
    "fence": {errno.ESTALE},
    "open": {errno.ESTALE, errno.EBUSY},
    "hold": {errno.EBUSY},
    "release": {errno.EBUSY},
    "drain": {errno.EBUSY},
    "fail_held": {errno.EINVAL},
    "leg 0 hold": {errno.EBUSY},
    "leg 0 fail": set(),
    "leg 0 release": set(),
}


class Racers:
    """The threads, and what they have seen."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.epochs: set[int] = set()
        self.sent = dict.fromkeys(REFUSALS, 0)
        self.wrong: list[str] = []
        self.threads = [threading.Thread(target=self._race, args=(n,)) for n in range(THREADS)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join()

    def verdict(self, *needed: str) -> str:
        """What was wrong, or empty. A race without those that are needed has shown nothing."""
        unused = [verb for verb in needed if not self.sent[verb]]
        return "; ".join(self.wrong + [f"no {verb} was accepted" for verb in unused])

    def _race(self, seed: int) -> None:
        gate, rng = Device(self.name), random.Random(seed)
        try:
            while not self.stop.is_set():
                self._send(gate, rng.choice(list(REFUSALS)), rng)
        except OSError as error:
            if error.errno != errno.ENXIO:
                self.wrong.append(str(error))
        except LookupError:
            pass    # the table is no longer one of ours: it is being removed

    def _send(self, gate: Device, verb: str, rng: random.Random) -> None:
        epoch = int(gate.status()[0]) + rng.randrange(3)
        words = {"fence": f"fence {epoch}", "open": f"open {epoch}",
                 "drain": f"drain {rng.randrange(20)}"}
        try:
            answer = gate.message(words.get(verb, verb))
        except OSError as error:
            # A removal by force puts another target in the gate's place first.
            if error.errno not in REFUSALS[verb] and gate.status():
                raise OSError(error.errno, f"{verb}: {error.strerror}") from error
            return
        self._accepted(verb, epoch, answer)

    def _accepted(self, verb: str, epoch: int, answer: str) -> None:
        with self.lock:
            self.sent[verb] += 1
            if verb in ("fence", "open"):
                if epoch in self.epochs:
                    self.wrong.append(f"epoch {epoch} was accepted twice")
                self.epochs.add(epoch)
            if verb == "fence" and answer.split()[0] != str(epoch):
                self.wrong.append(f"fence {epoch} answered {answer}")


def exchange(name: str, table: str, rng: random.Random) -> None:
    """A reload as an administrator does it, with a suspend of either kind."""
    subprocess.run(["dmsetup", "reload", name, "--table", table], check=True)
    suspend = rng.choice((["suspend"], ["suspend", "--noflush"]))
    subprocess.run(["dmsetup", *suspend, name], check=True)
    subprocess.run(["dmsetup", "resume", name], check=True)


def main() -> None:
    racers, rng = Racers(sys.argv[1]), random.Random(1)
    # Under load a gate that was made fenced may be removed before any open found it empty.
    needed = ["fence"]
    racers.start()
    if len(sys.argv) > 2:
        table, rounds = sys.argv[2], int(sys.argv[3])
        for number in range(1, rounds + 1):
            mode = rng.choice(("live", "held", "fenced"))
            line = table.replace("EPOCH", str(number * STRIDE)).replace("MODE", mode)
            exchange(racers.name, line, rng)
        racers.stop.set()
        needed.append("open")
    racers.join()
    print(racers.sent)
    sys.exit(racers.verdict(*needed) or 0)


if __name__ == "__main__":
    main()
