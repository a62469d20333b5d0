# SPDX-License-Identifier: Apache-2.0
"""The base of the tests: guests are booted once a class, and each test leaves them as found."""

from __future__ import annotations

import os
import re
import unittest
from pathlib import Path

from rig import Disk, Machine, Result, Rig

from stage.host import Host
from stage.node import StorageNode

RESULTS = Path(__file__).resolve().parents[4] / "build/results/cluster"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# A case like others that `make check` runs.
soak_only = unittest.skipUnless(os.environ.get("DNVME_TEST_SOAK"), "runs in make soak")


def kernel() -> str:
    """The kernel that the tests run on, as the runner was told."""
    return os.environ.get("DNVME_TEST_KERNEL", "6.12")


def without_uuids(text: str) -> str:
    """Every uuid replaced by one word: a dry run makes others than the run."""
    return UUID.sub("<uuid>", text)


class NodeCase(unittest.TestCase):
    """A storage node with four disks given to dnvme, d0 to d3, and hosts beside it."""

    disks: list[Disk] = []
    hosts = 0
    rig: Rig
    node: StorageNode
    host: list[Host]

    @classmethod
    def setUpClass(cls) -> None:
        cls.rig = Rig(results=RESULTS / kernel() / cls.__name__)
        cls.addClassCleanup(cls.rig.close)
        dnvme_disks = [Disk(f"disk{i}", "1G", kind="nvme") for i in range(4)]
        machine = cls.rig.machine("store1", kernel=kernel(), keep_state=True,
                                  disks=dnvme_disks + cls.disks)
        guests = [cls._host_machine(i) for i in range(cls.hosts)]
        cls.rig.boot()
        cls.node = StorageNode(machine)
        cls.host = [Host(guest) for guest in guests]
        cls._give_disks()

    def setUp(self) -> None:
        self.addCleanup(self._remove_volumes)

    def tearDown(self) -> None:
        self.rig.check_logs()

    def _remove_volumes(self) -> None:
        """What a failed test left; the next one shall not fail for it."""
        for view in self.node.ctl_json("volume list")["volumes"]:
            name = view["volume"]["name"]
            for host in view["volume"].get("hosts", []):
                self.node.ctl(f"volume detach {name} {host}")
            self.node.ctl(f"volume delete {name} --yes")

    @classmethod
    def _host_machine(cls, index: int) -> Machine:
        return cls.rig.machine(f"host{index + 1}", kernel=kernel(), memory="512M")

    @classmethod
    def _give_disks(cls) -> None:
        cls.node.start_daemon()
        cls.node.ctl(f"node create store1 --portal {cls.node.machine.address}")
        for i in range(4):
            cls.node.ctl(f"disk create {cls.nvme_disk(f'disk{i}')} --name d{i}")
        for number, host in enumerate(cls.host, 1):
            cls.node.ctl(f"host create host{number} --nqn {host.nqn}")

    @classmethod
    def nvme_disk(cls, serial: str) -> str:
        """The device of a disk: the kernel numbers controllers in no fixed order."""
        return cls.node.machine.run(
            f"echo /dev/$(basename $(dirname $(grep -l {serial} /sys/class/nvme/*/serial)))n1"
        ).stdout.strip()

    # --- words for tests ---

    def attach(self, volume: str, number: int = 1) -> str:
        """Attach a volume to host<number>; returns the line that the host runs to connect."""
        return self.node.ctl(f"volume attach {volume} host{number}").stdout.strip()

    def delete(self, volume: str, *hosts: int) -> None:
        """Detach and delete a volume; nothing at all may be left."""
        for number in hosts:
            self.node.ctl(f"volume detach {volume} host{number}")
        self.node.ctl(f"volume delete {volume} --yes")
        self.assertEqual(self.node.leftovers(), "")

    def assert_refused(self, arguments: str, *words: str) -> Result:
        """The command fails, its error contains the words, and nothing has changed."""
        before = self.everything()
        result = self.node.ctl(arguments, check=False)
        self.assertNotEqual(result.status, 0, f"{arguments} was accepted")
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertEqual(self.everything(), before, f"{arguments} failed and changed something")
        return result

    def everything(self) -> str:
        """What the store and the kernel hold."""
        lists = [self.node.ctl(f"-o json {noun} list").stdout
                 for noun in ("node", "disk", "volume", "host")]
        return "".join(lists) + self.node.kernel_objects()
