# SPDX-License-Identifier: Apache-2.0
"""Both disks of a mirror are replaced under load, a healthy one and one that is gone."""

from __future__ import annotations

from stage import wait_until
from stage.case import NodeCase
from stage.host import argument_of
from stage.load import Load


class ReplaceTest(NodeCase):
    """One node and one host. In the end nothing of the volume is where it was."""

    hosts = 1

    def test_disks_are_replaced_under_load(self) -> None:
        self.node.ctl("volume create v1 --size 64M --redundancy raid1")
        first, second = self.disks_of_v1()
        spare, other = sorted({"d0", "d1", "d2", "d3"} - {first, second})
        line = self.attach("v1")
        load = Load(self.host[0], self.host[0].connect(line))
        load.wait_writes()

        self.node.ctl(f"disk replace {first} {spare}")
        wait_until("the first is rebuilt", lambda: self.node.health("v1") == "ok")
        self.pull_disk(second)
        wait_until("the second is stale", lambda: "stale" in self.problem())
        self.node.ctl(f"disk replace {second} {other}")
        wait_until("the second is rebuilt", lambda: self.node.health("v1") == "ok")
        load.wait_writes()
        self.assertEqual(self.disks_of_v1(), [spare, other])
        self.node.ctl(f"disk delete {first} --yes")
        self.node.ctl(f"disk delete {second} --yes")

        self.host[0].stop_fio()
        load.assert_verified()
        self.host[0].disconnect(argument_of(line, "-n"))
        self.delete("v1", 1)

    def disks_of_v1(self) -> list[str]:
        """Names, in the order of the members."""
        names = {view["disk"]["uuid"]: str(view["disk"]["name"])
                 for view in self.node.ctl_json("disk list")["disks"]}
        (leg,) = self.node.ctl_json("volume show v1")["volume"]["legs"]
        return [names[member["disk_uuid"]] for member in leg["members"]]

    def problem(self) -> str:
        return str(self.node.ctl_json("volume show v1")["problem"])

    def pull_disk(self, name: str) -> None:
        """It goes as if it had been pulled out; its serial number is as its name."""
        device = self.nvme_disk(f"disk{name[1:]}").removeprefix("/dev/")
        self.node.machine.run(f"echo 1 > $(readlink -f /sys/block/{device}/device)/device/remove")
