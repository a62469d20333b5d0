# SPDX-License-Identifier: Apache-2.0
"""Two guests on different kernels: network, NVMe/TCP, and everything that can be done to them."""

from __future__ import annotations

import time
import unittest

from rig import Disk, Machine, Rig

WAIT = 300.0
PAUSE = 6.0

EXPORT = """
modprobe -a nvmet nvmet-tcp
cd /sys/kernel/config/nvmet
mkdir -p subsystems/check/namespaces/1 ports/1
echo 1 >subsystems/check/attr_allow_any_host
echo /dev/vda >subsystems/check/namespaces/1/device_path
echo 1 >subsystems/check/namespaces/1/enable
echo tcp >ports/1/addr_trtype
echo ipv4 >ports/1/addr_adrfam
echo {address} >ports/1/addr_traddr
echo 4420 >ports/1/addr_trsvcid
ln -s /sys/kernel/config/nvmet/subsystems/check ports/1/subsystems/check
"""
UNEXPORT = """
cd /sys/kernel/config/nvmet
rm ports/1/subsystems/check
rmdir ports/1
echo 0 >subsystems/check/namespaces/1/enable
rmdir subsystems/check/namespaces/1 subsystems/check
"""
CONNECT = """
modprobe nvme-tcp
nvme connect -t tcp -a {address} -s 4420 -n check
until test -b /dev/nvme0n1; do sleep 0.2; done
dd if=/dev/zero bs=4k count=1 | tr '\\0' x | dd of=/dev/nvme0n1 conv=nocreat oflag=direct bs=4k
nvme disconnect -n check
"""


class TwoGuests(unittest.TestCase):
    """The guests old (6.1) and new (6.12)."""

    rig: Rig
    old: Machine
    new: Machine

    @classmethod
    def setUpClass(cls) -> None:
        cls.rig = Rig()
        cls.addClassCleanup(cls.rig.close)
        cls.old = cls.rig.machine("old", kernel="6.1", disks=[Disk("disk0", "64M")],
                                  keep_state=True)
        cls.new = cls.rig.machine("new", kernel="6.12", disks=[Disk("disk0", "64M")])
        cls.rig.boot()

    def tearDown(self) -> None:
        self.rig.check_logs()

    def ping(self, source: Machine, target: Machine) -> bool:
        """Whether one packet comes back."""
        return source.run(f"ping -c 1 -W 5 {target.name}", check=False).ok

    def wait_for_ping(self) -> None:
        """Wait until both see each other."""
        for source, target in ((self.old, self.new), (self.new, self.old)):
            source.run(f"until ping -c 1 -W 5 {target.name}; do sleep 0.2; done", timeout=WAIT)

    def test_they_differ_and_see_each_other(self) -> None:
        self.wait_for_ping()
        first, second = (guest.run("cat /etc/nvme/hostnqn").stdout for guest in self.rig.machines)
        self.assertNotEqual(first, second)

    def test_nvme_over_tcp_both_ways(self) -> None:
        for target, host in ((self.old, self.new), (self.new, self.old)):
            with self.subTest(target=target.name):
                target.run(EXPORT.format(address=target.address))
                host.run(CONNECT.format(address=target.address))
                target.run(UNEXPORT)
                written = target.run("head -c 4096 /dev/vda").stdout
                self.assertEqual("x" * 4096, written)

    def test_a_partition_cuts_both_ways_and_heals(self) -> None:
        self.wait_for_ping()
        self.rig.partition(self.old, self.new)
        self.assertFalse(self.ping(self.old, self.new))
        self.assertFalse(self.ping(self.new, self.old))
        self.rig.heal()
        self.wait_for_ping()

    def test_one_side_alone_can_cut(self) -> None:
        self.wait_for_ping()
        self.new.cut_off_from([self.old])
        self.assertFalse(self.ping(self.old, self.new))
        self.assertFalse(self.ping(self.new, self.old))
        self.new.cut_off_from([])
        self.wait_for_ping()

    def test_a_pulled_cable(self) -> None:
        self.wait_for_ping()
        self.old.set_link(False)
        self.assertFalse(self.ping(self.new, self.old))
        self.old.set_link(True)
        self.wait_for_ping()

    def test_a_paused_guest_does_nothing_and_loses_no_time(self) -> None:
        job = self.old.start("until test -e $DNVME_RESULTS/go; do sleep 0.1; done; echo ran")
        began, before = time.monotonic(), uptime(self.old)
        self.old.pause()
        (self.old.results / "go").touch()
        time.sleep(PAUSE)
        paused = not job.ended()
        self.old.resume()
        self.assertTrue(paused)
        self.assertEqual("ran\n", job.wait().stdout)
        after, ended = uptime(self.old), time.monotonic()
        self.assertLess(after - before, ended - began - PAUSE + 1)

    def test_a_frozen_guest_sees_its_clock_jump(self) -> None:
        before = uptime(self.old)
        self.old.freeze()
        time.sleep(PAUSE)
        self.old.thaw()
        self.assertGreaterEqual(uptime(self.old) - before, PAUSE)

    def test_a_power_cut_keeps_state_and_disks_and_nothing_else(self) -> None:
        self.old.run("echo kept | tee /var/lib/dnvme/a /etc/dnvme/b /var/lib/lost; sync;"
                     "echo disk | dd of=/dev/vda conv=nocreat,fsync")
        self.old.power_cut()
        self.assertFalse(self.old.running)
        self.old.boot()
        kept = self.old.run("cat /var/lib/dnvme/a /etc/dnvme/b; head -c 5 /dev/vda").stdout
        self.assertEqual("kept\nkept\ndisk\n", kept)
        self.old.run("test ! -e /var/lib/lost")
        self.wait_for_ping()

    def test_shutting_down_in_order(self) -> None:
        self.old.run("echo orderly >/var/lib/dnvme/c")
        self.old.shut_down()
        self.assertFalse(self.old.running)
        self.old.boot()
        self.assertEqual("orderly\n", self.old.run("cat /var/lib/dnvme/c").stdout)


def uptime(guest: Machine) -> float:
    """The guest's idea of how long it runs."""
    return float(guest.run("cat /proc/uptime").stdout.split()[0])
