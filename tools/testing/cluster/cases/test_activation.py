# SPDX-License-Identifier: Apache-2.0
"""A host with a head over both controllers of a volume, and who serves it changes under load."""

from __future__ import annotations

from typing import Any

from rig import Machine

from stage import StorageNode, wait_until
from stage.case import NodeCase, kernel
from stage.host import argument_of
from stage.load import Load
from stage.node import GOES_ON

# A lost connection is tried again every second, and silence says nothing: guests are slow.
CONNECT = "-c 1 -l 3600 -k 120"
HEADS = "/sys/kernel/config/nvme_mpath_ext"


class ActivationTest(NodeCase):
    """One node whose volume has a standby, and one host; each runs its own dnvmed."""

    hosts = 1
    agent: StorageNode

    @classmethod
    def _host_machine(cls, index: int) -> Machine:
        return cls.rig.machine(f"host{index + 1}", kernel=kernel(), memory="1G",
                               kernel_arguments=["nvme_core.multipath=N"])

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.agent = StorageNode(cls.host[0].machine)
        cls.agent.start_daemon()

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self._remove_heads)

    def _remove_heads(self) -> None:
        for view in self.agent.ctl_json("head list")["heads"]:
            self.agent.ctl(f"head delete {view['head']['name']} --yes")
        self.host[0].machine.run("nvme disconnect-all")

    def test_owner_changes_under_load(self) -> None:
        lines = self.connected_head()
        load = Load(self.host[0], self.head()["disk"])
        with self.subTest("at the wish of the host"):
            self.choose("b")
            self.wait_active("b", owner=1)
        with self.subTest("at the wish of the node"):
            activated = self.node.ctl("volume activate v1 --controller 0", check=False)
            # What is in flight may need longer than one wait for the drain: then dnvmed goes on.
            self.assertIn(activated.status, (0, GOES_ON), activated.stderr)
            self.wait_active("a", owner=0)
        with self.subTest("not while nobody decides"):
            self.node.stop_daemon("KILL")
            self.wait_path("b", "failed")
            refused = self.agent.ctl("path activate h b", check=False)
            self.assertEqual(refused.status, 2)
            self.assertIn("Host is down", refused.stderr)
            load.wait_writes()
            self.node.start_daemon()
            self.wait_path("b", "ready")
            self.choose("b")
            self.wait_active("b", owner=1)
        with self.subTest("a path that went is taken again"):
            self.host[0].machine.run(["nvme", "disconnect", "-n", argument_of(lines[0], "-n")])
            self.wait_path("a", "off")
            self.host[0].machine.run(f"{lines[0]} {CONNECT}")
            self.wait_path("a", "ready")
        load.wait_writes()
        self.host[0].stop_fio()
        load.assert_verified()
        self.take_down()

    def connected_head(self) -> list[str]:
        """Volume v1 with one standby, both connected, and head h over them that serves."""
        self.node.ctl("volume create v1 --size 64M --standbys 1")
        lines = self.attach("v1").splitlines()
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.host[0].machine.run(f"{line} {CONNECT}")
        uuid = self.node.ctl_json("volume show v1")["volume"]["uuid"]
        self.agent.ctl(f"head create h --activation nvme --identity {uuid}")
        for name, line, priority in zip("ab", lines, (10, 0)):
            self.agent.ctl(f"path create h {name} --subsystem {argument_of(line, '-n')} "
                           f"--priority {priority}")
        self.wait_active("a", owner=0)
        return lines

    def take_down(self) -> None:
        self.agent.ctl("head delete h --yes")
        self.assertEqual(self.host[0].machine.run(
            f"find {HEADS} -mindepth 1 -maxdepth 1 -type d").stdout, "")
        self.host[0].machine.run("nvme disconnect-all")
        self.delete("v1", 1)

    def head(self) -> dict[str, Any]:
        view: dict[str, Any] = self.agent.ctl_json("head show h")
        return view

    def path_state(self, name: str) -> str:
        state: str = self.agent.ctl_json(f"path show h {name}")["state"]
        return state

    def wait_path(self, name: str, state: str) -> None:
        wait_until(f"path {name} is {state}", lambda: self.path_state(name) == state)

    def choose(self, name: str) -> None:
        """Activate a path, again if it was not well just then: the head stays where it is."""
        def is_chosen() -> bool:
            self.agent.ctl(f"path activate h {name}", check=False)
            wait_until("the head serves", lambda: bool(self.head()["state"] == "up"))
            return bool(self.head()["active_path"] == name)

        wait_until(f"path {name} is active", is_chosen)

    def wait_active(self, name: str, owner: int) -> None:
        def is_active() -> bool:
            head = self.head()
            return bool(head["state"] == "up" and head["active_path"] == name)

        wait_until(f"path {name} serves", is_active)
        self.assertEqual(self.node.ctl_json("volume show v1")["volume"]["owner"], owner)
