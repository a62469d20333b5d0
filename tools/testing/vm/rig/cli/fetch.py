# SPDX-License-Identifier: Apache-2.0
"""dnvme-vm fetch: fill the cache with stock kernels."""

from __future__ import annotations

import argparse

from rig import kernels


def define(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("kernel", nargs="*", default=list(kernels.STOCK), metavar="KERNEL",
                        help=f"one of {', '.join(kernels.STOCK)} (default: all)")


def run(options: argparse.Namespace) -> int:
    """Fetch and say what is there."""
    for name in options.kernel:
        kernel = kernels.fetch_stock(name)
        print(f"{name}: {kernel.release} in {kernel.image.parent}")
    return 0
