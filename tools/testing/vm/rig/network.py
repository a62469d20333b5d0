# SPDX-License-Identifier: Apache-2.0
"""The guests' network: a multicast group on the loopback interface. It needs no set-up and no
rights, carries any number of guests, and nothing of it leaves this machine."""

from __future__ import annotations

import socket

GROUP = "230.0.0.1"
PREFIX = "10.77.0"


class Network:
    """One network, alone on its port. The reserving socket keeps other runs off the port."""

    def __init__(self) -> None:
        self.reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.reservation.bind(("127.0.0.1", 0))
        self.port: int = self.reservation.getsockname()[1]

    def qemu_arguments(self, number: int) -> list[str]:
        """Options that connect guest number to the network."""
        netdev = f"socket,id=net0,mcast={GROUP}:{self.port},localaddr=127.0.0.1"
        device = f"virtio-net-pci,id=nic0,netdev=net0,mac={mac(number)},romfile="
        return ["-netdev", netdev, "-device", device]

    def close(self) -> None:
        """Give the port back."""
        self.reservation.close()


def address(number: int) -> str:
    """The address of guest number."""
    return f"{PREFIX}.{number}"


def mac(number: int) -> str:
    """The hardware address of guest number."""
    return f"52:54:00:77:00:{number:02x}"


def partition_rules(others: list[str]) -> str:
    """An nftables script that drops everything from and to these addresses, and nothing else;
    either side's rules alone cut both directions."""
    rules = ["table inet rig", "delete table inet rig", "table inet rig {"]
    for chain, field in (("input", "saddr"), ("output", "daddr")):
        rules.append(f"chain {chain} {{ type filter hook {chain} priority -300;")
        rules += [f"ip {field} {other} drop" for other in others]
        rules.append("}")
    return "\n".join([*rules, "}"]) + "\n"
