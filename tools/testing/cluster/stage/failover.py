# SPDX-License-Identifier: Apache-2.0
"""The base of the tests of a head over two target machines."""

from __future__ import annotations

import unittest

from rig import Rig

from stage.case import RESULTS, kernel
from stage.conditions import wait_until
from stage.targets import WRITERS, HeadHost, Target


class FailoverCase(unittest.TestCase):
    """Three machines for all cases of a class; each begins with a active and b well."""

    rig: Rig
    host: HeadHost
    a: Target
    b: Target
    # A protection that the gates lack.
    without = ""
    writers = WRITERS

    @classmethod
    def setUpClass(cls) -> None:
        cls.rig = Rig(results=RESULTS / kernel() / cls.__name__)
        cls.addClassCleanup(cls.rig.close)
        host, *targets = [cls.rig.machine(name, kernel=kernel(), memory="512M")
                          for name in ("host", "ta", "tb")]
        cls.rig.boot()
        cls.host = HeadHost(host)
        cls.host.set_up_storage(cls.without)
        cls.a, cls.b = (Target(machine, side, host) for machine, side in zip(targets, "ab"))
        for target in (cls.a, cls.b):
            target.set_up()
        cls.host.make_head([cls.a, cls.b])

    def begin(self) -> None:
        """a is active, b is well, and a load runs."""
        self.all_well()
        wait_until("the user's choice is active", lambda: self.host.choose("a"))
        wait_until("b is well", lambda: self.state("b") == "ready")
        self.host.start_load(self.writers)
        self.host.writes_go_on()

    def state(self, side: str) -> str:
        return self.host.read(f"paths/{side}/state")

    def all_well(self) -> None:
        for side in "ab":
            wait_until(f"{side} is well", lambda: self.state(side) in ("ready", "active"))

    def moves_to(self, side: str) -> None:
        """I/O goes on there."""
        wait_until(f"{side} is active", lambda: self.host.read("active_path") == side)
        self.host.writes_go_on()

    def return_of_the_dead(self) -> None:
        """a stops with writes under way, and goes on after all have moved to b: what it had been
        given comes late. Nothing is written meanwhile that would cover it."""
        self.a.machine.pause()
        self.moves_to("b")
        self.host.pause_load()
        self.a.machine.resume()
        self.all_well()
        wait_until("a has nothing left", self.a.is_idle)
