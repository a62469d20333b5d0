# SPDX-License-Identifier: Apache-2.0
"""dnvme-vm kunit: the KUnit suites of our modules, in a guest with the debug kernel."""

from __future__ import annotations

import argparse

from rig import kunit, suites
from rig.errors import RigError


def define(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--break", dest="protection", default="", metavar="PROTECTION",
                        help="take a module that lacks a protection (admission, drain, order): "
                             "the suites must fail then")


def run(options: argparse.Namespace) -> int:
    """Run them and end with the line that counts."""
    try:
        totals = kunit.run(options.protection, say)
    except RigError as error:
        totals = suites.Totals(problems=[str(error)])
    for problem in totals.problems:
        say(f"problem: {problem}")
    failed = totals.failed + len(totals.problems)
    say(f"{totals.passed} passed, {failed} failed, {totals.skipped} skipped")
    return 1 if failed else 0


def say(line: str) -> None:
    """Print at once: the run takes minutes."""
    print(line, flush=True)
