# SPDX-License-Identifier: Apache-2.0
"""The command dnvme-vm."""

from __future__ import annotations

import argparse
import sys

from rig import cleanup
from rig.cli import (
    clean, fetch, kernel_build, kernel_dir, kunit, run, selfcheck, selftests, shell,
)
from rig.errors import RigError

VERBS = {
    "shell": (shell, "an interactive shell in a fresh guest"),
    "run": (run, "run a command in a fresh guest; its output and status are passed on"),
    "selftests": (selftests, "run the kernel selftests in a guest, KTAP on the terminal"),
    "kunit": (kunit, "run the KUnit suites in a guest with the debug kernel"),
    "selfcheck": (selfcheck, "test the rig itself with real guests"),
    "fetch": (fetch, "download the stock kernels into the cache"),
    "kernel-build": (kernel_build, "build a test kernel, unless the cache has it"),
    "kernel-dir": (kernel_dir, "print where modules for a kernel are built against (KDIR=)"),
    "clean": (clean, "remove what killed runs left behind"),
}


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="dnvme-vm", description="Virtual machines for testing dnvme")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (module, text) in VERBS.items():
        sub = verbs.add_parser(name, help=text, description=text)
        module.define(sub)
        sub.set_defaults(run=module.run)
    return top


def main() -> int:
    """Run one verb."""
    options = parser().parse_args()
    cleanup.exit_on_signals()
    try:
        status: int = options.run(options)
    except RigError as error:
        print(f"dnvme-vm: {error}", file=sys.stderr)
        return 2
    except cleanup.Terminated as signal:
        return 128 + signal.number
    return status
