# SPDX-License-Identifier: Apache-2.0
"""dnvme-vm selfcheck: test the rig with real guests."""

from __future__ import annotations

import argparse
import sys
import unittest

from rig.paths import VM_DIR


def define(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--only", action="append", metavar="PATTERN",
                        help="run only tests whose names match, as for python3 -m unittest -k")


def run(options: argparse.Namespace) -> int:
    """Run all tests and end with the line that counts."""
    loader = unittest.TestLoader()
    if options.only:
        loader.testNamePatterns = [f"*{pattern}*" for pattern in options.only]
    suite = loader.discover(str(VM_DIR / "selfcheck"), top_level_dir=str(VM_DIR))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    print(f"{result.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not result.testsRun else 0
