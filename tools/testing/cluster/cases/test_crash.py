# SPDX-License-Identifier: Apache-2.0
"""What survives: a daemon killed in the middle of its work, a damaged store."""

from __future__ import annotations

import os

from stage import wait_until
from stage.case import NodeCase, soak_only

CREATE = "volume create v1 --size 64M --legs 2 --redundancy raid1"


class CrashTest(NodeCase):
    """One node without hosts."""

    def test_killed_while_creating(self) -> None:
        total = len(self.node.ctl(f"{CREATE} --dry-run").stdout.splitlines())
        for step in steps(total):
            with self.subTest(step=step):
                self.kill_at(step, CREATE)
                self.settled_volume()

    @soak_only
    def test_killed_while_deleting(self) -> None:
        for step in (1, 8, 15):
            with self.subTest(step=step):
                self.node.ctl(CREATE)
                self.kill_at(step, "volume delete v1 --yes")
                wait_until("the delete is finished", lambda: self.node.leftovers() == "")
                self.assertNotIn("v1", self.node.ctl("volume list").stdout)

    @soak_only
    def test_killed_while_resizing(self) -> None:
        self.node.ctl(CREATE)
        resize = "volume resize v1 --size +16M"
        total = len(self.node.ctl(f"{resize} --dry-run").stdout.splitlines())
        for step in steps(total):
            with self.subTest(step=step):
                self.kill_at(step, resize)
                wait_until("the volume has grown", self.has_its_size)
        self.delete("v1")

    def test_interrupted_load_is_no_obstacle(self) -> None:
        self.node.ctl(CREATE)
        self.node.stop_daemon()
        self.node.machine.run(
            "u=$(cat /proc/sys/kernel/random/uuid); front=$(ls /dev/mapper/dnvme-front-*); "
            "dmsetup create dnvme-rdata-$u -u DNVME-rdata-$u --notable && "
            "dmsetup load dnvme-rdata-$u --table \"0 8 linear $front 0\"")
        self.node.start_daemon()
        self.delete("v1")

    def test_damaged_and_foreign_stores_are_refused(self) -> None:
        self.node.ctl(CREATE)
        before = self.node.kernel_objects()
        self.node.stop_daemon()
        store = "/var/lib/dnvme/store.db"
        run = self.node.machine.run
        run(f"mkdir /run/good && cp -a {store}* /run/good/ && rm -f {store}*")
        spoil = {
            "damaged": f"cp /run/good/store.db {store}; "
                       f"dd if=/dev/urandom of={store} bs=4096 seek=1 count=2 conv=notrunc",
            "no database": f"echo this is no database, just words > {store}",
            "foreign": f"sqlite3 {store} 'create table t(a); insert into t values (1)' || "
                       f"python3 -c \"import sqlite3; c = sqlite3.connect('{store}'); "
                       "c.execute('create table t(a)'); c.commit()\"",
        }
        for name, command in spoil.items():
            with self.subTest(store=name):
                run(command)
                result = run("build/user/bin/dnvmed", check=False)
                self.assertNotEqual(result.status, 0)
                self.assertIn(store, result.stderr)
                self.assertEqual(self.node.kernel_objects(), before)
                run(f"rm -f {store}*")
        run("cp -a /run/good/* /var/lib/dnvme/")
        self.node.start_daemon()
        self.assertEqual(self.node.kernel_objects(), before)
        self.delete("v1")

    def kill_at(self, step: int, arguments: str) -> None:
        """Kill the daemon when it has logged so many actions of an operation; start it again."""
        had = actions(self.node.log())
        job = self.node.machine.start(["build/user/bin/dnvmectl", *arguments.split()])
        wait_until(f"action {step}", lambda: actions(self.node.log()) - had >= step or job.ended())
        self.node.stop_daemon("KILL")
        job.wait()
        self.node.start_daemon()

    def has_its_size(self) -> bool:
        """The front of volume v1 is as long as the record says."""
        view = self.node.ctl_json("volume show v1")
        table = self.node.machine.run("dmsetup table | grep dnvme-front-").stdout.split()
        return view["health"] == "ok" and int(table[2]) * 512 == int(view["volume"]["size_bytes"])

    def settled_volume(self) -> None:
        """The volume is there, whole, or not there at all."""
        if "v1" in self.node.ctl("volume list").stdout:
            wait_until("the volume is whole", lambda: "dnvme-front-" in self.node.leftovers())
            self.node.ctl("volume delete v1 --yes")
        self.assertEqual(self.node.leftovers(), "")


def steps(total: int) -> range:
    """Where to kill it: spread over the actions, or at each in make soak."""
    return range(1, total, 1 if os.environ.get("DNVME_TEST_SOAK") else max(1, total // 3))


def actions(log: str) -> int:
    """How many actions a log tells of."""
    return sum(" dm device " in line or "wipe" in line for line in log.splitlines())
