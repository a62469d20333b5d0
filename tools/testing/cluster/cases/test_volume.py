# SPDX-License-Identifier: Apache-2.0
"""The life of a volume, used by real hosts."""

from __future__ import annotations

from stage import wait_until
from stage.case import NodeCase, without_uuids
from stage.host import argument_of
from stage.load import Load

CREATE = "volume create v1 --size 256M --legs 2 --redundancy raid1"


class VolumeTest(NodeCase):
    """One node, two hosts."""

    hosts = 2

    def test_dry_run_says_what_the_log_will_say(self) -> None:
        before = self.everything()
        told = self.node.ctl(f"{CREATE} --dry-run").stdout
        self.assertEqual(self.everything(), before)
        logged_before = len(self.node.log())
        self.node.ctl(CREATE)
        log = self.node.log()[logged_before:]
        for words in ("create dm device", "wipe", "create thin volume"):
            self.assertGreater(len(sentences(told, words)), 1)
            self.assertEqual(sorted(sentences(without_uuids(log), words)),
                             sorted(sentences(without_uuids(told), words)))
        self.delete("v1")

    def test_only_attached_hosts_connect(self) -> None:
        self.node.ctl(CREATE)
        line = self.attach("v1", 1)
        nqn = argument_of(line, "-n")
        stranger = line.replace(self.host[0].nqn, self.host[1].nqn)
        refused = self.host[1].machine.run(stranger, check=False)
        self.assertNotEqual(refused.status, 0)
        self.host[0].connect(line)
        self.assertEqual(self.host[1].device(nqn), "")
        self.host[0].disconnect(nqn)
        self.delete("v1", 1)

    def test_daemon_killed_under_load(self) -> None:
        device, nqn = self.connected_volume()
        for signal in ("KILL", "TERM"):
            with self.subTest(signal=signal):
                load = Load(self.host[0], device)
                before = self.node.kernel_objects()
                self.node.stop_daemon(signal)
                load.wait_writes()
                self.node.start_daemon()
                self.host[0].stop_fio()
                self.assertEqual(self.node.kernel_objects(), before)
                self.assertEqual(sentences(self.node.log(), "dm device"), [])
                load.assert_verified()
        self.host[0].disconnect(nqn)
        self.delete("v1", 1)

    def test_power_cut_under_load(self) -> None:
        device, nqn = self.connected_volume()
        load = Load(self.host[0], device)
        self.node.machine.power_cut()
        self.node.machine.boot()
        self.node.start_daemon()
        self.host[0].stop_fio()
        load.assert_verified()
        self.host[0].disconnect(nqn)
        self.delete("v1", 1)

    def test_detach_cuts_one_host_and_spares_the_other(self) -> None:
        device, nqn = self.connected_volume()
        second = self.attach("v1", 2)
        other = self.host[1].connect(second)
        load = Load(self.host[0], device)
        self.node.ctl("volume detach v1 host2")
        load.wait_writes()
        self.host[0].stop_fio()
        load.assert_verified()
        wait_until("the detached host has lost its connection",
                   lambda: "live" not in self.controller_states(1))
        read = self.host[1].machine.start(f"dd if={other} of=/dev/null count=1 iflag=direct")
        self.host[1].disconnect(nqn)
        self.assertNotEqual(read.wait().status, 0)
        self.assertNotEqual(self.host[1].machine.run(second, check=False).status, 0)
        self.host[0].disconnect(nqn)
        self.delete("v1", 1)

    def connected_volume(self) -> tuple[str, str]:
        """Volume v1 on host 1: its device there and the subsystem's NQN."""
        self.node.ctl(CREATE)
        line = self.attach("v1", 1)
        return self.host[0].connect(line), argument_of(line, "-n")

    def controller_states(self, index: int) -> str:
        return self.host[index].machine.run("cat /sys/class/nvme/*/state; true").stdout


def sentences(text: str, words: str) -> list[str]:
    """From each line that has the words, the part that starts with them."""
    return [line[line.index(words):] for line in text.splitlines() if words in line]
