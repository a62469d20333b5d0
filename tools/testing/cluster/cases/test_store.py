# SPDX-License-Identifier: Apache-2.0
"""Two storage nodes on one etcd, which fails while a host writes."""

from __future__ import annotations

import json
import unittest
from typing import Any

from rig import Disk, Rig
from stage import Host, StorageNode, wait_until
from stage.case import RESULTS, kernel
from stage.etcd import Etcd
from stage.host import fio_results

FIO: dict[str, Any] = {"name": "load", "bs": 4096, "rw": "randwrite", "direct": 1,
                       "ioengine": "libaio", "iodepth": 8, "verify": "crc32c",
                       "verify_fatal": 1, "do_verify": 1, "size": 4 << 20}
BLOCKS: int = FIO["size"] // FIO["bs"]
SILENCE = "has not answered since"
CONFIG = """[node]
name = "{name}"
[store]
kind = "etcd"
endpoints = {endpoints}
"""


@unittest.skipUnless(Etcd.is_installed(), "there is no etcd on this machine")
class StoreTest(unittest.TestCase):
    """etcd runs on the machine of the host: it shall not die with a storage node."""

    rig: Rig
    nodes: list[StorageNode]
    host: Host
    etcd: Etcd

    @classmethod
    def setUpClass(cls) -> None:
        cls.rig = Rig(results=RESULTS / kernel() / cls.__name__)
        cls.addClassCleanup(cls.rig.close)
        machines = [cls.rig.machine(name, kernel=kernel(), disks=[Disk("disk0", "1G", kind="nvme")])
                    for name in ("store1", "store2")]
        guest = cls.rig.machine("host1", kernel=kernel())
        cls.rig.boot()
        cls.host = Host(guest)
        cls.etcd = Etcd(guest)
        cls.nodes = [StorageNode(machine) for machine in machines]
        for node in cls.nodes:
            cls.start(node)

    @classmethod
    def start(cls, node: StorageNode) -> None:
        """A daemon on etcd, and the record of its node."""
        name = node.machine.name
        config = CONFIG.format(name=name, endpoints=json.dumps(cls.etcd.endpoints))
        node.machine.run("mkdir -p /etc/dnvme && cat > /etc/dnvme/dnvmed.toml",
                         stdin=config.encode())
        node.start_daemon()
        cls.nodes[0].ctl(f"node create {name} --portal {node.machine.address}")

    def test_host_writes_while_the_store_fails(self) -> None:
        device = self.volume_on_the_second_node()
        fio = self.host.start_fio_again_and_again(filename=device, **FIO)
        self.writes_go_on(device)
        self.etcd.stop()
        self.assert_store_is_silent()
        self.writes_go_on(device)
        self.etcd.resume()
        wait_until("the store answers", lambda: bool(self.status()["store"]["reachable"]))
        self.etcd.kill(0)
        wait_until("two members go on without the third",
                   lambda: self.nodes[0].ctl("host create host3 --nqn nqn.2026-01.org.example:3",
                                             check=False).status == 0)
        self.writes_go_on(device)
        self.host.stop_fio()
        result = fio.wait(timeout=1800)
        self.assertEqual(result.status, 0, result.stdout + result.stderr)
        for job in fio_results(result.stdout):
            self.assertEqual(job["write"]["total_ios"], BLOCKS)
        wait_until("all is well", lambda: "all data is safe" in self.status()["verdict"])
        self.assert_dead_node_is_told()
        self.rig.check_logs()

    def volume_on_the_second_node(self) -> str:
        """Made and attached by the daemon of the first one; its device on the host."""
        first, second = self.nodes
        disk = second.machine.run("echo /dev/$(basename $(dirname $(grep -l disk0 "
                                  "/sys/class/nvme/*/serial)))n1").stdout.strip()
        second.ctl(f"disk create {disk} --name d2")
        wait_until("the first node knows the disk",
                   lambda: bool(first.ctl_json("disk show d2")["health"] == "ok"))
        first.ctl("volume create v1 --size 128M")
        self.assertEqual(first.ctl_json("volume show v1")["health"], "ok")
        first.ctl(f"host create host1 --nqn {self.host.nqn}")
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
        refused = self.nodes[0].ctl("volume detach v1 host1", check=False)
        self.assertIn("node 'store2' is offline since", refused.stderr)

    def second_is_offline(self) -> bool:
        view = next(node for node in self.status()["nodes"] if node["node"]["name"] == "store2")
        return view["presence"] == "offline" and int(view["since_unix_s"]) > 0

    def status(self) -> Any:
        return self.nodes[0].ctl_json("status")

    def writes_go_on(self, device: str) -> None:
        wanted = self.host.writes_done(device) + BLOCKS // 4
        wait_until("fio writes", lambda: self.host.writes_done(device) > wanted)
