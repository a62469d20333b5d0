# SPDX-License-Identifier: Apache-2.0
"""dnvme-vm kernel-dir: where to build modules against a kernel (KDIR=)."""

from __future__ import annotations

import argparse

from rig import kernels
from rig.cli.common import KERNEL_HELP


def define(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("name", help=KERNEL_HELP)


def run(options: argparse.Namespace) -> int:
    """Print the directory."""
    print(kernels.find(options.name).build_dir)
    return 0
