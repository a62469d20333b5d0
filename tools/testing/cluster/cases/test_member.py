# SPDX-License-Identifier: Apache-2.0
"""A member of a mirror is lost under load, comes back, and must then carry the data alone.

Commit before degrade is shown with a store that is silent: while nobody can record the member
as stale, no write is acknowledged that it missed. Without member gates it would be.
"""

from __future__ import annotations

import time

from stage import wait_until
from stage.cluster import ClusterCase
from stage.host import argument_of
from stage.load import Load

CREATE = "volume create v1 --size 64M --redundancy raid1 --node store1"
# Long enough for dozens of writes, short enough for the time-out of the host's I/O.
A_WHILE = 3


class MemberTest(ClusterCase):
    """store1 serves the volume; store2 has a member only."""

    etcd_with_host = True
    keep_state = True

    def test_member_is_lost_and_comes_back(self) -> None:
        first, second = self.nodes
        first.ctl(CREATE)
        wait_until("the volume serves", lambda: self.nodes[0].health("v1") == "ok")
        line = first.ctl("volume attach v1 host1").stdout.strip()
        device = self.host.connect(line)
        load = Load(self.host, device)
        near, far = (next(uuid for uuid, disk in self.members() if disk == name)
                     for name in ("disk1", "disk2"))

        self.etcd.stop()
        second.machine.power_cut()
        wait_until("a member gate holds", lambda: "H" in self.gates(far))
        self.assert_no_write_is_acknowledged(device)
        self.etcd.resume()
        load.wait_writes()
        self.assertEqual(self.sync(far), "stale")
        self.assertEqual(self.sync(near), "in-sync")
        self.assertEqual(self.nodes[0].health("v1"), "degraded")
        self.assertIn("is stale since", first.ctl("volume show v1").stdout)
        load.wait_writes()

        self.second_comes_back(far)
        self.lose_member_without_gates(far, load)
        self.second_comes_back(far)

        self.pull_disk()
        wait_until("the other half is stale", lambda: self.sync(near) == "stale")
        load.wait_writes()
        self.host.stop_fio()
        load.assert_verified()
        self.host.disconnect(argument_of(line, "-n"))
        first.ctl("volume detach v1 host1")
        first.ctl("volume delete v1 --yes")
        self.assertEqual(self.leftovers(first), "")

    def second_comes_back(self, member: str) -> None:
        second = self.nodes[1]
        second.machine.boot()
        second.start_daemon()
        wait_until("the member is rebuilt", lambda: self.sync(member) == "in-sync")
        wait_until("the volume is whole", lambda: self.nodes[0].health("v1") == "ok")

    def lose_member_without_gates(self, member: str, load: Load) -> None:
        """The negative run: nobody lives who could record it, and writes are acknowledged."""
        first, second = self.nodes
        first.stop_daemon("KILL")
        for kind in ("rmeta", "rdata"):
            gate = f"dnvme-{kind}-{member}"
            first.machine.run(f"dmsetup table {gate} | sed 's/ 1 hold_on_error$/ 0/' | "
                              f"dmsetup load {gate} && dmsetup resume {gate}")
        second.machine.power_cut()
        wait_until("dm-raid has failed the member", lambda: "D" in first.machine.run(
            "dmsetup status --target raid").stdout.split()[6])
        load.wait_writes()
        first.start_daemon()
        wait_until("it is recorded late", lambda: self.sync(member) == "stale")

    def sync(self, uuid: str) -> str:
        """What the store says of a member."""
        (leg,) = self.nodes[0].ctl_json("volume show v1")["volume"]["legs"]
        return str(next(member["sync"] for member in leg["members"] if member["uuid"] == uuid))

    def gates(self, uuid: str) -> str:
        """States of the member gates before metadata and data: a write of either may fail first."""
        states = ""
        for kind in ("rmeta", "rdata"):
            status = self.nodes[0].machine.run(f"dmsetup status dnvme-{kind}-{uuid}").stdout.split()
            states += status[status.index("dnvme") + 7]
        return states

    def assert_no_write_is_acknowledged(self, device: str) -> None:
        done = self.host.writes_done(device)
        time.sleep(A_WHILE)
        self.assertEqual(self.host.writes_done(device), done)
        self.assertNotIn("as stale", self.nodes[0].log())

    def pull_disk(self) -> None:
        """The disk of store1 goes as if it had been pulled out."""
        self.nodes[0].machine.run("echo 1 > $(readlink -f $(dirname $(grep -l disk1 "
                                  "/sys/block/*/serial)))/device/../remove")
