# SPDX-License-Identifier: Apache-2.0
"""Two storage nodes on one etcd, which fails while a host writes."""

from __future__ import annotations

from typing import Any

from stage import wait_until
from stage.cluster import ClusterCase
from stage.load import Load

SILENCE = "has not answered since"


class StoreTest(ClusterCase):
    """etcd has three members, on the machine of the host: it shall not die with a storage node."""

    etcd_members = 3
    etcd_with_host = True

    def test_host_writes_while_the_store_fails(self) -> None:
        device = self.volume_on_the_second_node()
        load = Load(self.host, device)
        self.etcd.stop()
        self.assert_store_is_silent()
        load.wait_writes()
        self.etcd.resume()
        wait_until("the store answers", lambda: bool(self.status()["store"]["reachable"]))
        self.etcd.kill(0)
        wait_until("two members go on without the third",
                   lambda: self.nodes[0].ctl("host create host3 --nqn nqn.2026-01.org.example:3",
                                             check=False).status == 0)
        load.wait_writes()
        self.host.stop_fio()
        load.assert_verified()
        wait_until("all is well", lambda: "all data is safe" in self.status()["verdict"])
        self.assert_dead_node_is_told()

    def volume_on_the_second_node(self) -> str:
        """Made and attached by the daemon of the first one; its device on the host."""
        first, second = self.nodes
        wait_until("the first node knows the disk",
                   lambda: bool(first.ctl_json("disk show disk2")["health"] == "ok"))
        first.ctl("volume create v1 --size 128M --include node=store2")
        self.assertEqual(first.ctl_json("volume show v1")["health"], "ok")
        line = first.ctl("volume attach v1 host1").stdout.strip()
        self.assertIn(second.machine.address, line)
        self.assertEqual(first.leftovers(), "")
        return self.host.connect(line)

    def assert_store_is_silent(self) -> None:
        for node in self.nodes:
            objects = node.kernel_objects()
            refused = node.ctl("host create host2 --nqn nqn.2026-01.org.example:2", check=False)
            self.assertNotEqual(refused.status, 0)
            self.assertIn(self.etcd.endpoints[0], refused.stderr)
            self.assertIn(SILENCE, refused.stderr)
            self.assertEqual(node.kernel_objects(), objects)
        self.assertFalse(self.status()["store"]["reachable"])

    def assert_dead_node_is_told(self) -> None:
        self.nodes[1].machine.power_cut()
        wait_until("the dead node is offline since when", self.second_is_offline)
        status = self.status()
        self.assertEqual(status["leader"], "store1")
        self.assertIn("node 'store2' is offline", status["volumes"][0]["problem"])
        self.assertIn("nobody who is online knows", status["verdict"])
        self.assertIn("node store2 is offline", self.nodes[0].ctl("events").stdout)
        refused = self.nodes[0].ctl("volume detach v1 host1", check=False)
        self.assertIn("node 'store2' is offline since", refused.stderr)

    def second_is_offline(self) -> bool:
        view = next(node for node in self.status()["nodes"] if node["node"]["name"] == "store2")
        return view["presence"] == "offline" and int(view["since_unix_s"]) > 0

    def status(self) -> Any:
        return self.nodes[0].ctl_json("status")
