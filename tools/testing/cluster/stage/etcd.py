# SPDX-License-Identifier: Apache-2.0
"""An etcd of several members, for tests that hurt it."""

from __future__ import annotations

import shlex

from rig import Machine
from rig.guest import Command

from stage.conditions import wait_until

# An emulated guest stands still now and then: nobody shall be taken for dead for that.
PROGRAM = "/usr/bin/etcd"
PATIENCE = ["--heartbeat-interval=500", "--election-timeout=5000"]


class Etcd:
    """A member on each of the machines; one that is named twice has two."""

    def __init__(self, machines: list[Machine]) -> None:
        self.machines = machines
        self.members: list[Command] = []
        for number in range(len(machines)):
            self.members.append(self.start(number))
        wait_until("etcd answers", self._answers)

    @property
    def endpoints(self) -> list[str]:
        """Where clients reach the members."""
        return [self._url(2379, i) for i in range(len(self.machines))]

    def stop(self) -> None:
        """All members stand still: connections stay, and nobody answers."""
        for member in self.members:
            member.kill("STOP")

    def resume(self) -> None:
        """All members that live go on."""
        for member in self.members:
            member.kill("CONT")

    def kill(self, number: int) -> None:
        """One member dies."""
        self.members[number].kill("KILL")

    def _url(self, port: int, number: int) -> str:
        return f"http://{self.machines[number].address}:{port + 10 * number}"

    def start(self, number: int) -> Command:
        """One member; on a machine that was rebooted it joins the others again."""
        client, peer = self._url(2379, number), self._url(2380, number)
        peers = ",".join(f"m{i}={self._url(2380, i)}" for i in range(len(self.machines)))
        member = shlex.join([
            PROGRAM, f"--name=m{number}", f"--data-dir=/var/lib/dnvme/etcd-m{number}",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster={peers}", *PATIENCE])
        # As a service manager does: 3.4 falls over a reader when it loses its leader.
        return self.machines[number].start(f"until {member}; do sleep 1; done")

    def _answers(self) -> bool:
        for member in self.members:
            if member.ended():
                raise RuntimeError(f"a member of etcd ended at once:\n{member.output('stderr')}")
        read = f"import urllib.request as u; print(u.urlopen('{self.endpoints[0]}/health').read())"
        reader = self.machines[0]
        told = reader.run(["timeout", "10", "python3", "-c", read], check=False).stdout
        return '"health":"true"' in told
