# SPDX-License-Identifier: Apache-2.0
"""dnvme-vm shell: look around in a guest."""

from __future__ import annotations

import argparse
import sys

from rig import terminal
from rig.cli.common import add_guest_options, prepare_modules
from rig.disks import Disk
from rig.session import Rig

NODES_MAX = 9

BANNER = """
This is {name}, a virtual machine with kernel {release}. All programs of your machine are here,
read-only under a scratch layer: do what you like, nothing of it survives. /run/rig/results is
the place for files to keep (option --results). Disks: /dev/vda to /dev/vdd, 2 GiB each.
Try:
  modprobe dm-dnvme && dmsetup targets
  dmsetup create s0 --table '0 4194304 dnvme 1 128 2 /dev/vda 0 /dev/vdb 0 0'
  dmsetup status s0;  dmsetup message s0 0 hold;  dmsetup message s0 0 release
{others}Leave with 'exit'.

"""
OTHERS = """Other machines: {names}. Ctrl-] and a digit switches between them, Ctrl-] q ends all.
"""


def define(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_guest_options(parser)
    parser.add_argument("--nodes", type=int, default=1, choices=range(1, NODES_MAX + 1),
                        metavar="N", help=f"boot N machines, at most {NODES_MAX}")


def run(options: argparse.Namespace) -> int:
    """Boot, let the user in, clean up."""
    prepare_modules(options)
    with Rig(options.results) as rig:
        for number in range(1, options.nodes + 1):
            disks = [Disk(f"disk{index}") for index in range(4)]
            rig.machine(f"node{number}", kernel=options.kernel, memory=options.memory,
                        cpus=options.cpus, disks=disks, keep_state=True)
        print(f"Booting {options.nodes} machine(s) ...", file=sys.stderr)
        rig.boot()
        terminal.interact(rig.machines, banner(rig))
    return 0


def banner(rig: Rig) -> str:
    """What the user reads first."""
    first = rig.machines[0]
    names = ", ".join(f"{machine.name} ({machine.address})" for machine in rig.machines[1:])
    return BANNER.format(name=first.name, release=first.kernel.release,
                         others=OTHERS.format(names=names) if names else "")
