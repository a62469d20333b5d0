#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what dnvmectl says with a golden file, a script as replay.py describes it.

UPDATE_GOLDEN=1 in the environment writes what the commands say now into the file.
"""

import argparse
import difflib
import os
import sys
from pathlib import Path

from replay import replay_on_daemon


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True, help="directory of the programs")
    parser.add_argument("golden", type=Path)
    arguments = parser.parse_args()

    expected = arguments.golden.read_text()
    actual = replay_on_daemon(expected, arguments.bin.resolve())
    if os.environ.get("UPDATE_GOLDEN") == "1":
        arguments.golden.write_text(actual)
        return 0
    sys.stdout.writelines(difflib.unified_diff(
        expected.splitlines(keepends=True), actual.splitlines(keepends=True),
        f"{arguments.golden} (expected)", "what the commands say now"))
    return 0 if expected == actual else 1


sys.exit(main())
