#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random messages, suspends, reloads, errors and I/O, and a model of what each block may hold.

stress.py GATE PHASES SEED BELOW LEG [BELOW LEG]...

The gate is a stripe over the devices BELOW, which lie on the devices LEG and can be made to
fail, to be slow or to hang. Each phase nests some disturbances at random, puts all right again,
and then compares every block with the model.
"""
import contextlib
import errno
import random
import sys
import time
from collections.abc import Callable, Iterator

from block_model import BLOCK, Model
from dmctl import Device
from stress_io import Workers, read_device

BLOCKS = 64
DEPTH = 4
SCOPES_IN_PHASE = 4
PATIENCE = 60
REFUSALS: dict[str, set[int]] = {
    "open": {errno.EBUSY},
    "hold": {errno.EBUSY},
    "release": {errno.EBUSY},
    "fail_held": {errno.EINVAL},
    "drain": {errno.EBUSY},
    "leg": {errno.EBUSY},
}
Scope = contextlib.AbstractContextManager[None]


class Leg:
    """A device below the gate that can be disturbed."""

    def __init__(self, name: str, path: str) -> None:
        self.device = Device(name)
        self.name = name
        self.path = path
        self.hangs = False

    def become(self, target: str, arguments: str) -> None:
        length = BLOCKS * BLOCK // 512
        self.device.exchange(f"0 {length} {target} {arguments}")
        self.hangs = False

    def recover(self) -> None:
        self.become("linear", f"{self.path} 0")

    def hang(self) -> None:
        self.device.suspend(noflush=True)
        self.hangs = True


class Stress:
    """The disturbances. Each is a scope; what it did is undone at its end, as far as it can be."""

    def __init__(self, name: str, legs: list[Leg], model: Model, rng: random.Random) -> None:
        self.gate = Device(name)
        self.legs = legs
        self.model = model
        self.rng = rng
        self.contents: list[bytes] | None = None
        self.loaded = False

    def phase(self) -> None:
        for _ in range(SCOPES_IN_PHASE):
            self._disturb(DEPTH)
        self._settle()

    def _disturb(self, depth: int) -> None:
        if depth == 0:
            return
        scopes: list[Callable[[], Scope]] = [
            self._fenced, self._fenced, self._fenced, self._held, self._leg_held, self._leg_failed,
            self._leg_rejects, self._leg_breaks, self._leg_slow, self._leg_slow, self._leg_hangs,
        ]
        if not any(leg.hangs for leg in self.legs):
            # A suspend waits for what is in flight.
            scopes += [self._suspended, self._reloaded]
        with self.rng.choice(scopes)():
            time.sleep(self.rng.random() / 25)
            if self.rng.random() < 0.6:
                self._disturb(depth - 1)

    # ---- scopes ----

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        self._send("hold")
        yield
        if self.rng.random() < 0.2:
            self._send("fail_held")
        self._send("release")

    @contextlib.contextmanager
    def _fenced(self) -> Iterator[None]:
        answer = self._send(f"fence {self._next_epoch()}")
        if "undrained" not in answer:
            self._open_window()
        yield
        # What is held fails while the fence stands, so that it counts as refused.
        self._send("fail_held")
        time.sleep(self.rng.random() / 50)
        self._try_open()

    @contextlib.contextmanager
    def _leg_held(self) -> Iterator[None]:
        number = self.rng.randrange(len(self.legs))
        self._send(f"leg {number} hold")
        yield
        self._send(f"leg {number} release")

    @contextlib.contextmanager
    def _leg_failed(self) -> Iterator[None]:
        number = self.rng.randrange(len(self.legs))
        self._send(f"leg {number} fail")
        yield
        self._send(f"leg {number} release")

    def _leg_rejects(self) -> Scope:
        return self._leg_is("flakey", "{} 0 0 1 1 error_writes")

    def _leg_breaks(self) -> Scope:
        return self._leg_is("error", "")

    def _leg_slow(self) -> Scope:
        return self._leg_is("delay", "{} 0 60")

    @contextlib.contextmanager
    def _leg_is(self, target: str, arguments: str) -> Iterator[None]:
        leg = self.rng.choice(self.legs)
        leg.become(target, arguments.format(leg.path))
        yield
        leg.recover()

    @contextlib.contextmanager
    def _leg_hangs(self) -> Iterator[None]:
        leg = self.rng.choice(self.legs)
        leg.hang()
        yield
        leg.recover()

    @contextlib.contextmanager
    def _suspended(self) -> Iterator[None]:
        self.gate.suspend(noflush=self.rng.random() < 0.7)
        yield
        self._resume()

    @contextlib.contextmanager
    def _reloaded(self) -> Iterator[None]:
        self.gate.load(self._table())
        self.loaded = True
        self.gate.suspend(noflush=self.rng.random() < 0.7)
        yield
        self._resume()

    # ---- what they are made of ----

    def _send(self, text: str) -> str:
        """A message; it may be refused in the state that others have left."""
        try:
            return self.gate.message(text)
        except OSError as error:
            if error.errno not in REFUSALS.get(text.split()[0], set()):
                raise OSError(error.errno, f"{text}: {error.strerror}") from error
            return ""

    def _next_epoch(self) -> int:
        return int(self.gate.status()[0]) + 1

    def _table(self) -> str:
        pairs = " ".join(f"/dev/mapper/{leg.name} 0" for leg in self.legs)
        options = ["drain_ms", "200", "mode", self.rng.choice(("live", "held", "fenced"))]
        for option in ("hold_on_error", "write_through"):
            if self.rng.random() < 0.5:
                options.append(option)
        return (f"0 {BLOCKS * BLOCK // 512} dnvme {self._next_epoch()} 8 {len(self.legs)} {pairs} "
                f"{len(options)} {' '.join(options)}")

    def _resume(self) -> None:
        if self.loaded:
            # The new table knows nothing of a fence.
            self._close_window()
            self.loaded = False
        self.gate.resume()

    def _leg_contents(self) -> list[bytes]:
        size = BLOCKS // len(self.legs) * BLOCK
        return [read_device(leg.path, size) for leg in self.legs]

    def _open_window(self) -> None:
        """Nothing may reach a leg from now on."""
        in_flight = self.gate.status()[3]
        if in_flight != "0":
            self.model.wrong.append(f"a fence said drained with {in_flight} bios in flight")
        if self.contents is None:
            self.contents = self._leg_contents()
            self.model.open_window()

    def _close_window(self) -> None:
        if self.contents is not None and self.contents != self._leg_contents():
            self.model.wrong.append("a leg has changed behind a fence")
        self.contents = None
        self.model.close_window()

    def _try_open(self) -> None:
        self._close_window()
        for _ in range(3):
            self._send("fail_held")
            self._send(f"open {self._next_epoch()}")

    # ---- between phases ----

    def _settle(self) -> None:
        """All is put right; what is held goes on."""
        for leg in self.legs:
            leg.recover()
        self._resume()
        for number in range(len(self.legs)):
            self._send(f"leg {number} release")
        deadline = time.monotonic() + PATIENCE
        while self.gate.status()[1] != "L":
            self._send("drain 100")
            self._try_open()
            if time.monotonic() > deadline:
                sys.exit(f"the gate does not settle: {' '.join(self.gate.status())}")

    def compare(self) -> None:
        """Every block, through the gate and on its leg."""
        size = BLOCKS * BLOCK
        self.model.check_all(read_device(f"/dev/mapper/{self.gate.name.decode()}", size))
        rows = zip(*([contents[at:at + BLOCK] for at in range(0, len(contents), BLOCK)]
                     for contents in self._leg_contents()))
        self.model.check_all(b"".join(block for row in rows for block in row))


def main() -> None:
    name, phases, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    legs = [Leg(below, path) for below, path in zip(sys.argv[4::2], sys.argv[5::2])]
    model = Model(BLOCKS)
    stress = Stress(name, legs, model, random.Random(seed))
    workers = Workers(f"/dev/mapper/{name}", model, seed)
    done = 0
    while done < phases and not model.wrong:
        workers.go()
        stress.phase()
        workers.pause(PATIENCE)
        stress.compare()
        done += 1
    print(f"{done} phases, {model.windows} drained fences: {model.seen}")
    idle = [what for what, count in model.seen.items() if not count]
    if model.wrong:
        sys.exit("\n".join(model.wrong[:20]))
    if idle or not model.windows:
        sys.exit("the stress has shown too little")


if __name__ == "__main__":
    main()
