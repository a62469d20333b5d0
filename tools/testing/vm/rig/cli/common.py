# SPDX-License-Identifier: Apache-2.0
"""What several verbs share."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rig import kernels, modules

KERNEL_HELP = "6.1, 6.12, the name of a kernel made by kernel-build, or a path to one"


def add_guest_options(parser: argparse.ArgumentParser) -> None:
    """Options of every verb that boots a guest."""
    parser.add_argument("--kernel", default="6.1", help=f"{KERNEL_HELP} (default: %(default)s)")
    parser.add_argument("--memory", default="1G", help="memory of a guest (default: %(default)s)")
    parser.add_argument("--cpus", type=int, default=1, metavar="N",
                        help="virtual CPUs of a guest (default: %(default)s)")
    parser.add_argument("--results", type=Path, metavar="DIR",
                        help="keep console logs and results here")
    parser.add_argument("--no-modules", action="store_true",
                        help="do not build our modules for this kernel if they are missing")


def prepare_modules(options: argparse.Namespace) -> None:
    """Build our modules for the chosen kernel unless they are there or not wanted."""
    if not options.no_modules:
        modules.build_missing(kernels.find(options.kernel))


def pass_through(stream: str, data: bytes) -> None:
    """A sink that copies a guest's output to our own."""
    target = sys.stdout if stream == "stdout" else sys.stderr
    target.buffer.write(data)
    target.flush()
