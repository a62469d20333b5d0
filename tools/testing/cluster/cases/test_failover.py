# SPDX-License-Identifier: Apache-2.0
"""A head of nvme-mpath-ext over two target machines, which die, stand still and are cut off.

A load writes a stamp into each block and reads it back all the while: in every case nothing that
was acknowledged may be lost, nothing stale may land, and no error may reach it.
"""

from __future__ import annotations

import time

from stage import wait_until
from stage.case import soak_only
from stage.failover import FailoverCase
from stage.targets import SPARE_BLOCK, connect, device_of

# Longer than every time-out of the path: keep-alive, reconnect, and the host's I/O (30 s).
PAUSE_S = 40
FLAPS = 2


class FailoverTest(FailoverCase):
    """With all protections."""

    def setUp(self) -> None:
        self.begin()

    def tearDown(self) -> None:
        print(f"\n    {self.host.end_load()}; failed by the head: {self.host.of('failed')}; "
              f"last failover in ms: {self.timeline()}", flush=True)
        self.assertEqual(self.host.of("failed"), "0")
        self.rig.check_logs()

    def timeline(self) -> str:
        """From the loss to command, acknowledgement, first completion."""
        words = self.host.of("last_failover").split()
        times = [int(word) for word in words[4:8]]
        spans = [(later - times[0]) // 1000000 for later in times[1:]]
        return f"{words[1]}, {spans}"

    # ---- a target ----

    @soak_only
    def test_target_loses_its_power(self) -> None:
        self.a.machine.power_cut()
        self.moves_to("b")
        self.a.machine.boot()
        self.a.set_up()
        self.all_well()

    @soak_only
    def test_target_stands_still(self) -> None:
        self.a.machine.pause()
        self.moves_to("b")
        time.sleep(PAUSE_S)
        self.a.machine.resume()
        self.all_well()
        self.host.writes_go_on()

    @soak_only
    def test_target_stands_still_and_its_clock_jumps(self) -> None:
        self.a.machine.freeze()
        self.moves_to("b")
        time.sleep(PAUSE_S)
        self.a.machine.thaw()
        self.all_well()
        self.host.writes_go_on()

    def test_target_returns_from_the_dead(self) -> None:
        self.return_of_the_dead()

    def test_link_of_target(self) -> None:
        self.a.machine.set_link(False)
        self.moves_to("b")
        self.a.machine.set_link(True)
        self.all_well()

    @soak_only
    def test_links_that_flap(self) -> None:
        for side, other in [("a", "b"), ("b", "a")] * FLAPS:
            machine = {"a": self.a, "b": self.b}[side].machine
            machine.set_link(False)
            self.moves_to(other)
            machine.set_link(True)
        self.all_well()

    # ---- both ----

    @soak_only
    def test_link_of_host(self) -> None:
        self.host.machine.set_link(False)
        wait_until("both paths are lost", lambda: self.state("a") == self.state("b") == "failed")
        self.host.machine.set_link(True)
        wait_until("the head is up", lambda: self.host.of("state") == "up")
        self.host.writes_go_on()

    @soak_only
    def test_standby_is_lost_while_it_is_asked(self) -> None:
        self.host.start_gatekeeper("linger=20")
        self.all_well()
        self.a.machine.set_link(False)
        wait_until("b is asked", lambda: self.state("b") == "asked")
        self.b.machine.set_link(False)
        self.a.machine.set_link(True)
        self.moves_to("a")
        self.b.machine.set_link(True)
        self.host.start_gatekeeper()
        self.all_well()

    # ---- the host ----

    @soak_only
    def test_path_is_disconnected_and_comes_back(self) -> None:
        self.host.machine.run(["nvme", "disconnect", "-n", self.a.nqn])
        self.moves_to("b")
        wait_until("the path is closed", lambda: self.state("a") == "off")
        self.host.connect(self.a)
        self.host.add_path(self.a)
        self.all_well()

    @soak_only
    def test_stock_host_on_the_same_export(self) -> None:
        stock = self.b.machine
        connect(stock, self.a.nqn, self.a.machine.address, self.a.port)
        device = stock.run(device_of(self.a.nqn)).stdout.strip()
        pattern = "python3 -c 'print(\"stock\" * 800, end=\"~\" * 96)'"
        stock.run(f"{pattern} | dd of={device} bs=4096 seek={SPARE_BLOCK} oflag=direct "
                  f"iflag=fullblock conv=nocreat count=1")
        read = stock.run(f"dd if={device} bs=4096 skip={SPARE_BLOCK} count=1 iflag=direct").stdout
        self.assertEqual(read, "stock" * 800 + "~" * 96)
        stock.run(["nvme", "disconnect", "-n", self.a.nqn])
