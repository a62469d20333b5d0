# SPDX-License-Identifier: Apache-2.0
"""dnvme-vm run: one command in a fresh guest."""

from __future__ import annotations

import argparse

from rig.cli.common import add_guest_options, pass_through, prepare_modules
from rig.disks import Disk
from rig.guest import DEFAULT_TIMEOUT
from rig.session import Rig


def define(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_guest_options(parser)
    parser.add_argument("--disks", type=int, default=0, metavar="N",
                        help="give the guest N disks of 2 GiB, /dev/vda and on")
    parser.add_argument("--timeout", type=float, default=DEFAULT_TIMEOUT, metavar="SECONDS",
                        help="kill the command after so long (default: %(default).0f)")
    parser.add_argument("command", nargs="+", metavar="CMD",
                        help="the command, after --; a single word goes to bash")


def run(options: argparse.Namespace) -> int:
    """Boot, run, pass on what the command says."""
    prepare_modules(options)
    command = options.command[0] if len(options.command) == 1 else options.command
    with Rig(options.results) as rig:
        disks = [Disk(f"disk{number}") for number in range(options.disks)]
        guest = rig.machine("node1", kernel=options.kernel, memory=options.memory,
                            cpus=options.cpus, disks=disks)
        rig.boot()
        result = guest.run(command, timeout=options.timeout, check=False, sink=pass_through)
    return result.status
