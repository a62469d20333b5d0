# SPDX-License-Identifier: Apache-2.0
"""dnvme-vm clean: remove what killed runs left, and on demand the cache."""

from __future__ import annotations

import argparse
import shutil

from rig import cleanup
from rig.paths import cache_dir

CACHES = ("kernels", "modules", "initramfs", "built", "clang-tidy")


def define(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--cache", action="store_true",
                        help="also remove fetched and built kernels from the cache")


def run(options: argparse.Namespace) -> int:
    """Remove and say what was removed."""
    for path in cleanup.sweep():
        print(f"removed {path}")
    if options.cache:
        for name in CACHES:
            shutil.rmtree(cache_dir() / name, ignore_errors=True)
        (cache_dir() / "kvm-probe").unlink(missing_ok=True)
        print(f"emptied {cache_dir()}")
    return 0
