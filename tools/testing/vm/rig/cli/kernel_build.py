# SPDX-License-Identifier: Apache-2.0
"""dnvme-vm kernel-build: make a test kernel, unless the cache has it."""

from __future__ import annotations

import argparse
import os
import sys

from rig import kbuild

NICENESS = 10


def define(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("name", choices=kbuild.names(), help="which one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N",
                        help="compile N files at once (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Build and say where."""
    os.nice(NICENESS)
    print(kbuild.build(options.name, options.jobs, say))
    return 0


def say(line: str) -> None:
    """Progress; standard output is for the result."""
    print(line, file=sys.stderr, flush=True)
