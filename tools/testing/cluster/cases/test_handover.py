# SPDX-License-Identifier: Apache-2.0
"""A volume whose owner changes from one node to another, with a stock host on both."""

from __future__ import annotations

import time

from stage import StorageNode, wait_until
from stage.case import soak_only
from stage.cluster import ClusterCase
from stage.host import argument_of
from stage.load import Load
from stage.node import GOES_ON

# Where a lost connection is tried again until the test ends.
CONNECT = "-l 3600"
# Longer than the leader takes for a decision.
UNDISTURBED_S = 15


class Apart(ClusterCase):
    """Controller 0 of volume v1 is on store1, controller 1 on store2."""

    etcd_with_host = True
    further_disks = ["b"]

    # --- words ---

    def connected_volume(self) -> tuple[str, str]:
        """On the host, through both controllers: its device and the subsystem's NQN."""
        wait_until("the volume serves", lambda: self.nodes[1].health("v1") == "ok")
        lines = self.nodes[0].ctl("volume attach v1 host1").stdout.splitlines()
        self.assertEqual(len(lines), 2)
        (nqn,) = {argument_of(line, "-n") for line in lines}
        device = self.host.connect(f"{lines[0]} {CONNECT}")
        self.host.machine.run(f"{lines[1]} {CONNECT}")
        return device, nqn

    def take_over(self, _asked: StorageNode) -> None:
        """The leader does, once store2 has no connection from store1 any more."""
        self.wait_served_by(1)

    def wait_served_by(self, controller: int, *health: str) -> None:
        """Wait until it owns the volume, and that has this health (default ok)."""
        def is_served() -> bool:
            view = self.nodes[1].ctl_json("volume show v1")
            return bool(view["volume"].get("owner", 0) == controller
                        and view["health"] in (health or ("ok",)))
        wait_until(f"controller {controller} serves", is_served)

    def activate(self, asked: StorageNode, controller: int, *more: str) -> None:
        words = ["volume activate v1 --controller", str(controller), *more]
        activated = asked.ctl(" ".join(words), check=False)
        # What is in flight may need longer than one wait for the drain: then dnvmed goes on.
        self.assertIn(activated.status, (0, GOES_ON), activated.stderr)
        self.wait_served_by(controller)

    def assert_served_by(self, controller: int) -> None:
        """The front of one has legs, the array is on its node, and nowhere else."""
        view = self.nodes[1].ctl_json("volume show v1")
        self.assertEqual(view["volume"].get("owner", 0), controller)
        roles = {one.get("number", 0): (one["role"], one["node"]) for one in view["controllers"]}
        self.assertEqual(roles[controller], ("active", f"store{controller + 1}"))
        self.assertEqual(roles[1 - controller], ("standby", f"store{2 - controller}"))
        for number, node in enumerate(self.nodes):
            arrays = node.machine.run("dmsetup ls --target raid").stdout
            self.assertEqual("dnvme-raid-" in arrays, number == controller, arrays)

    def presence(self, node: str) -> str:
        view = self.nodes[1].ctl_json(f"node show {node}")
        return str(view["presence"])

    @staticmethod
    def has_let_go(asked: StorageNode) -> bool:
        return bool(asked.ctl_json("volume show v1")["volume"]["handover"].get("released"))

    def delete_leaves_nothing(self, nqn: str) -> None:
        self.host.disconnect(nqn)
        self.nodes[1].ctl("volume detach v1 host1")
        self.nodes[1].ctl("volume delete v1 --yes")
        for node in self.nodes:
            self.wait_empty(node)

    def wait_empty(self, node: StorageNode) -> None:
        wait_until("nothing is left", lambda: self.leftovers(node) == "")


class HandoverTest(Apart):
    """Both nodes are well, or the first one stands still for a while."""

    def test_owner_changes_under_load(self) -> None:
        """There and back, a mirror over both nodes: the far member becomes the near one."""
        self.nodes[0].ctl("volume create v1 --size 64M --redundancy raid1 --node store1 "
                          "--standbys 1 --place 0.0=disk1 --place 0.1=disk2")
        device, nqn = self.connected_volume()
        load = Load(self.host, device)
        for controller, asked in ((1, 0), (0, 0)):
            self.activate(self.nodes[asked], controller)
            self.assert_served_by(controller)
            load.wait_writes()
        self.host.stop_fio()
        load.assert_verified()
        self.delete_leaves_nothing(nqn)

    def test_frozen_owner_returns(self) -> None:
        """It stands still with writes under way, and comes back after others took its place.

        The host overwrites the same blocks meanwhile. Not one of the old writes may land, though
        the old owner still believes that it serves, and the host is to see no error.
        """
        first, second = self.nodes
        first.ctl("volume create v1 --size 64M --redundancy raid1 --node store1 --standbys 1 "
                  "--place 0.0=disk2 --place 0.1=disk2b")
        device, nqn = self.connected_volume()
        load = Load(self.host, device)
        first.machine.pause()
        wait_until("store1 is offline", lambda: self.presence("store1") == "offline")
        self.take_over(second)
        load.wait_writes()
        first.machine.resume()
        wait_until("store1 is back", lambda: self.presence("store1") == "online")
        wait_until("store1 has let go", lambda: self.has_let_go(second))
        self.assert_served_by(1)
        load.wait_writes()
        self.host.stop_fio()
        load.assert_verified()
        self.delete_leaves_nothing(nqn)


@soak_only
class HandoverByHandTest(HandoverTest):
    """Nobody decides it but who types it."""

    automatic = False

    def take_over(self, asked: StorageNode) -> None:
        refused = asked.ctl("volume activate v1 --controller 1", check=False)
        self.assertEqual(refused.status, 2)
        self.assertIn("'store1' is offline", refused.stderr)
        self.activate(asked, 1, "--force")


class NodeLossTest(Apart):
    """A mirror over both nodes; one of them loses its power, and comes back."""

    keep_state = True

    @soak_only
    def test_standby_is_lost_with_a_copy(self) -> None:
        """What waits for the lease meanwhile must not fail when the copy is given up."""
        first, second = self.nodes
        load, nqn = self.loaded_mirror()
        second.machine.power_cut()
        wait_until("the copy is given up", lambda: first.health("v1") == "degraded")
        load.wait_writes()
        second.machine.boot()
        second.start_daemon()
        self.wait_served_by(0)
        self.host.stop_fio()
        load.assert_verified()
        self.delete_leaves_nothing(nqn)

    def test_owner_is_lost_with_a_copy(self) -> None:
        """First its daemon, for which nothing moves."""
        first, second = self.nodes
        load, nqn = self.loaded_mirror()
        first.stop_daemon("KILL")
        wait_until("store1 is offline", lambda: self.presence("store1") == "offline")
        time.sleep(UNDISTURBED_S)
        load.wait_writes()
        self.assertEqual(second.ctl_json("volume show v1")["volume"].get("owner", 0), 0)
        first.machine.power_cut()
        self.wait_served_by(1, "degraded")
        load.wait_writes()
        first.machine.boot()
        first.start_daemon()
        wait_until("store1 has let go", lambda: self.has_let_go(second))
        self.wait_served_by(1)
        self.assert_served_by(1)
        self.host.stop_fio()
        load.assert_verified()
        self.delete_leaves_nothing(nqn)

    def loaded_mirror(self) -> tuple[Load, str]:
        """On the host, a load; and the subsystem's NQN."""
        self.nodes[0].ctl("volume create v1 --size 64M --redundancy raid1 --node store1 "
                          "--standbys 1 --place 0.0=disk1 --place 0.1=disk2")
        device, nqn = self.connected_volume()
        return Load(self.host, device), nqn
