# SPDX-License-Identifier: Apache-2.0
"""A machine that stood still for longer than its lease must not answer reads with what it has.

QEMU is stopped and continued by signals, so that the guest's clock jumps. The first thing that a
gate with a lease sends to its leg afterwards must wait for a probe that was sent after the pause.
The same run with a module that lacks the lease shows that the test would notice.
"""

from __future__ import annotations

import re
import time
import unittest
from dataclasses import dataclass

from rig import Machine, Rig

from stage import wait_until
from stage.case import RESULTS, kernel

LEASE_MS = 2000
PAUSE_S = 15
TRACING = "/sys/kernel/tracing"
SET_UP = f"""
set -e
modprobe null_blk nr_devices=0
modprobe dm-mod
insmod {{module}}
for i in 0 1; do
    mkdir /sys/kernel/config/nullb/nullb$i
    cd /sys/kernel/config/nullb/nullb$i
    echo $i > index; echo 64 > size; echo 1 > memory_backed; echo 1 > power
    cd -
done
dmsetup create g --table \
    "0 131072 dnvme 1 8 1 /dev/nullb0 0 5 lease_ms {LEASE_MS} probe 1 /dev/nullb1"
echo boot > {TRACING}/trace_clock
echo "sector == 40" > {TRACING}/events/block/block_bio_queue/filter
echo 1 > {TRACING}/events/block/block_bio_queue/enable
echo 1 > {TRACING}/events/dnvme/dnvme_leg_state/enable
echo > {TRACING}/trace
"""
READER = """
while true; do
    dd if=/dev/mapper/g of=/dev/null bs=4096 skip=5 count=1 iflag=direct status=none || exit
    sleep 0.1
done
"""
EVENT = re.compile(r" (\d+\.\d+): (block_bio_queue|dnvme_leg_state): (.*)")


@dataclass
class Event:
    """A bio on its way to the gate or its leg, or a change of the leg's state."""

    at: float
    kind: str
    text: str

    def is_read_of(self, device: str) -> bool:
        return self.kind == "block_bio_queue" and self.text.startswith(f"{device} R")


class LeaseTest(unittest.TestCase):
    """One machine for each test, without a daemon: the kernel keeps the lease alone."""

    machine: Machine

    def setUp(self) -> None:
        rig = Rig(results=RESULTS / kernel() / self.id())
        self.addCleanup(rig.close)
        self.machine = rig.machine("node", kernel=kernel(), memory="512M")
        rig.boot()

    def test_pause_longer_than_the_lease(self) -> None:
        after = self.events_after_a_pause(broken=False)
        renewed = next(i for i, event in enumerate(after) if " renew " in event.text)
        self.assertIn(" expire L -> E", "\n".join(event.text for event in after[:renewed]))
        self.assertEqual([event for event in after[:renewed] if event.is_read_of(self.leg())], [],
                         "the leg was read before the lease was renewed")

    def test_without_the_lease_the_read_gets_through(self) -> None:
        after = self.events_after_a_pause(broken=True)
        self.assertFalse(any(" expire " in event.text for event in after))

    def events_after_a_pause(self, broken: bool) -> list[Event]:
        """What was traced after the pause, until the leg was read again."""
        self.machine.run(SET_UP.format(module=self.module(broken)))
        self.machine.start(READER)
        wait_until("the leg is read", lambda: self.leg_was_read(self.trace()))
        self.machine.freeze()
        time.sleep(PAUSE_S)
        self.machine.thaw()
        wait_until("the leg is read again", lambda: self.leg_was_read(self.after_pause()))
        return self.after_pause()

    def module(self, broken: bool) -> str:
        variant = "-break-lease" if broken else ""
        return f"build/modules/{self.machine.kernel.release}{variant}/dm-dnvme.ko"

    def leg(self) -> str:
        """The leg's number as trace events print it."""
        return self.machine.run("lsblk -dno MAJ:MIN /dev/nullb0").stdout.strip().replace(":", ",")

    def leg_was_read(self, events: list[Event]) -> bool:
        leg = self.leg()
        return any(event.is_read_of(leg) for event in events)

    def after_pause(self) -> list[Event]:
        """What follows the first gap that is about as long as the pause."""
        events = self.trace()
        for i in range(1, len(events)):
            if events[i].at - events[i - 1].at > PAUSE_S * 0.8:
                return events[i:]
        return []

    def trace(self) -> list[Event]:
        lines = self.machine.run(f"cat {TRACING}/trace").stdout.splitlines()
        found = [match for match in map(EVENT.search, lines) if match]
        return [Event(float(match[1]), match[2], match[3]) for match in found]
