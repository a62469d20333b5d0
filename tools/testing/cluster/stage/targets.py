# SPDX-License-Identifier: Apache-2.0
"""Two target machines for one disk, and the host of a head over both.

The disk is the host's own, so that it outlives any target. Each target reaches it by NVMe/TCP
through a gate of its own (a and b), which guest/gatekeeper.py keeps, and exports it to the host
again, by NVMe/TCP too, with the command Set Namespace Active.
"""

from __future__ import annotations

from rig import Machine, Result
from rig.guest import Command

from stage.conditions import wait_until

GUEST = "tools/testing/cluster/guest"
STAMPER = "tools/testing/selftests/nvme-mpath-ext/stamper.py"
HEAD = "/sys/kernel/config/nvme_mpath_ext/h"
IDENTITY = "6f1b0c52-8a3e-4b0f-9d0a-3c1f5f7a0001"
SIZE_MIB = 64
# The last MiB is for who is not the head.
SPARE_BLOCK = (SIZE_MIB - 1) * 256
NQN = "nqn.2014-08.org.nvmexpress:uuid:2f8b4a6e-0c9d-4f0a-9f53-6f1d6e7c"
STORE = {"a": (NQN + "10aa", 4431), "b": (NQN + "10bb", 4432)}
EXPORT = {"a": (NQN + "20aa", 4420), "b": (NQN + "20bb", 4420)}
GATEKEEPER_PORT = 7000
# Silence of so many seconds ends a connection; a lost one is tried again every second, for an hour.
CONNECT = "-k 5 -c 1 -l 3600"
WRITERS = 4

EXPORT_DEVICE = """
nvmet=/sys/kernel/config/nvmet
mkdir $nvmet/subsystems/{nqn} $nvmet/ports/{id}
echo 1 > $nvmet/subsystems/{nqn}/attr_allow_any_host
mkdir $nvmet/subsystems/{nqn}/namespaces/1
echo {device} > $nvmet/subsystems/{nqn}/namespaces/1/device_path
# Else it would be another one after each boot, and the host would not take it again.
nqn={nqn}; echo "${{nqn##*:}}" > $nvmet/subsystems/{nqn}/namespaces/1/device_uuid
echo 1 > $nvmet/subsystems/{nqn}/namespaces/1/enable
echo {state} > $nvmet/ports/{id}/ana_groups/1/ana_state
echo tcp > $nvmet/ports/{id}/addr_trtype
echo ipv4 > $nvmet/ports/{id}/addr_adrfam
echo {address} > $nvmet/ports/{id}/addr_traddr
echo {port} > $nvmet/ports/{id}/addr_trsvcid
ln -s $nvmet/subsystems/{nqn} $nvmet/ports/{id}/subsystems/
"""
LOAD_MODULES = """
modprobe nvme-core multipath=N
modprobe -a dm-mod nvme-tcp nvmet-tcp nvme-mpath-ext
if [ "{without}" ]; then
    insmod "$DNVME_BREAK_MODULES/break-{without}/dm-dnvme.ko"
else
    modprobe dm-dnvme
fi
"""
MAKE_GATES = f"""
modprobe null_blk nr_devices=0
mkdir /sys/kernel/config/nullb/nullb7
cd /sys/kernel/config/nullb/nullb7
echo 7 > index; echo {SIZE_MIB} > size; echo 1 > memory_backed; echo 1 > power
for side in a b; do
    dmsetup create $side --table "0 {SIZE_MIB * 2048} dnvme 1 8 1 /dev/nullb7 0 2 mode held"
done
"""


def device_of(nqn: str) -> str:
    """Shell words that print the device of the namespace that this machine reaches so."""
    return (f"grep -lx {nqn} /sys/class/nvme/nvme*/subsysnqn 2>/dev/null | "
            "sed -E 's,.*/(nvme[0-9]+)/subsysnqn,/dev/\\1n1,'")


def connect(machine: Machine, nqn: str, address: str, port: int) -> None:
    """With stock nvme-cli; waits for the namespace."""
    machine.run(f"nvme connect -t tcp -n {nqn} -a {address} -s {port} {CONNECT}")
    wait_until(f"a namespace of {nqn}",
               lambda: machine.run(f'[ -b "$({device_of(nqn)})" ]', check=False).status == 0)


class Target:
    """A target machine, side a or b."""

    def __init__(self, machine: Machine, side: str, storage: Machine) -> None:
        self.machine, self.side, self.storage = machine, side, storage
        self.nqn, self.port = EXPORT[side]

    def set_up(self) -> None:
        """After each boot."""
        run, (nqn, port) = self.machine.run, STORE[self.side]
        run("modprobe -a nvme-tcp nvmet-tcp nvmet-mpath-ext")
        connect(self.machine, nqn, self.storage.address, port)
        device = run("ls /dev/nvme*n1").stdout.strip()
        run("set -e\n" + EXPORT_DEVICE.format(nqn=self.nqn, id=1, device=device, port=self.port,
                                              address=self.machine.address, state="inaccessible"))
        relay = self.machine.start([f"{GUEST}/relay.py", self.side, self.storage.address,
                                    str(GATEKEEPER_PORT)])
        wait_until(f"the relay of {self.side}", lambda: is_ready(relay))

    def is_idle(self) -> bool:
        """Its own connection to the disk is well, and nothing is in flight there."""
        state, *in_flight = self.machine.run(
            "cat /sys/class/nvme/nvme*/state; awk '{print $9}' /sys/block/nvme*n1/stat"
        ).stdout.split()
        return state == "live" and set(in_flight) == {"0"}


def is_ready(command: Command) -> bool:
    """Whether a program has said so."""
    if command.ended():
        raise RuntimeError(f"it ended at once: {command.output('stderr')}")
    return "ready" in command.output("stdout")


class HeadHost:
    """The host, which has the disk, the gates and the head."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.gatekeeper: Command | None = None
        self.load: Command | None = None

    def set_up_storage(self, without: str) -> None:
        """Disk, gates and their exports; the gates lack a protection if it is named."""
        self.machine.run("set -e\n" + LOAD_MODULES.format(without=without) + MAKE_GATES)
        for number, (side, (nqn, port)) in enumerate(STORE.items(), 1):
            self.machine.run("set -e\n" + EXPORT_DEVICE.format(
                nqn=nqn, id=number, device=f"/dev/mapper/{side}", port=port,
                address=self.machine.address, state="optimized"))
        self.start_gatekeeper()

    def start_gatekeeper(self, *words: str) -> None:
        """Anew, if there was one: the gates know all that it must know."""
        if self.gatekeeper:
            self.gatekeeper.kill("KILL")
            wait_until("the gatekeeper is gone", self.gatekeeper.ended)
        self.gatekeeper = self.machine.start([f"{GUEST}/gatekeeper.py", str(GATEKEEPER_PORT),
                                              *words])
        wait_until("the gatekeeper", lambda: self.gatekeeper is not None
                   and is_ready(self.gatekeeper))

    def connect(self, target: Target) -> None:
        connect(self.machine, target.nqn, target.machine.address, target.port)

    def add_path(self, target: Target) -> None:
        """The first time, or again after its device went away."""
        path = f"{HEAD}/paths/{target.side}"
        self.machine.run(f"mkdir -p {path} && echo {IDENTITY} > {path}/uuid && "
                         f"{device_of(target.nqn)} > {path}/device && echo 1 > {path}/enable")

    def make_head(self, targets: list[Target]) -> None:
        self.machine.run(f"mkdir {HEAD} && echo {IDENTITY} > {HEAD}/uuid && "
                         f"echo nvme > {HEAD}/activation")
        for target in targets:
            self.connect(target)
            self.add_path(target)
        self.machine.run(f"echo 1 > {HEAD}/enable")
        wait_until("the head is up", lambda: self.of("state") == "up")

    def read(self, name: str) -> str:
        """A file of the head in configfs."""
        return self.machine.run(["cat", f"{HEAD}/{name}"]).stdout.strip()

    def of(self, name: str) -> str:
        """A file of the head's disk in sysfs."""
        return self.machine.run(f"cat /sys/block/$(cat {HEAD}/disk)/head/{name}").stdout.strip()

    def choose(self, side: str) -> bool:
        """The user wants a path; whether the head has it."""
        if self.read("active_path") == side:
            return True
        self.machine.run(f"echo {side} > {HEAD}/active_path", check=False)
        return False

    def writes_done(self) -> int:
        return int(self.machine.run(f"cat /sys/block/$(cat {HEAD}/disk)/stat").stdout.split()[4])

    def writes_go_on(self) -> None:
        """Some more are acknowledged."""
        before = self.writes_done()
        wait_until("writes go on", lambda: self.writes_done() >= before + 10)

    def start_load(self, writers: int) -> None:
        disk = self.read("disk")
        self.load = self.machine.start([STAMPER, f"/dev/{disk}", str(writers), "1"])
        wait_until("the load", lambda: self.load is not None and is_ready(self.load))

    def pause_load(self) -> None:
        """It writes nothing before it is ended."""
        assert self.load
        self.load.kill("STOP")

    def _ended_load(self) -> Result:
        assert self.load
        self.load.kill("TERM")
        self.load.kill("CONT")
        return self.load.wait(timeout=900)

    def end_load(self) -> str:
        """What it found when all was read once more; raises if anything was wrong."""
        result = self._ended_load()
        if result.status:
            raise AssertionError(f"the load has found: {result.stdout}{result.stderr}")
        return result.stdout.splitlines()[-1]

    def wrong_in_load(self) -> str:
        """The same, of a load that may have found something wrong."""
        return self._ended_load().stdout
