#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The completion for bash offers the very nouns, verbs and options that --help lists."""

import os
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from helptext import read_help, read_verbs

COMPLETION = Path(__file__).resolve().parents[4] / "dist/completions/dnvmectl.bash"
PROGRAM = sys.argv.pop(1)

# What bash does when TAB is pressed behind the last word.
PRESS_TAB = """
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
_dnvmectl dnvmectl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""

# Stands in for dnvmectl, whose names come from a daemon: prints how it was called.
FAKE = """#!/bin/bash
[ "$1" = -q ] && echo "$2-1" && echo "$2-2" && echo "$*" >>"$FAKE_LOG"
"""


class Completion(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        fake = self.directory / "dnvmectl"
        fake.write_text(FAKE)
        fake.chmod(0o755)

    def complete(self, line: str) -> set[str]:
        """What is offered when TAB is pressed at the end of the line."""
        words = shlex.split(line) + ([""] if line.endswith(" ") else [])
        environment = {"PATH": f"{self.directory}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
                       "FAKE_LOG": str(self.directory / "log")}
        command = ["/bin/bash", "-eu", "-c", PRESS_TAB, "bash", str(COMPLETION), *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.stderr, done.returncode), ("", 0), line)
        return set(done.stdout.split())

    def test_nouns(self) -> None:
        nouns = {group[0] for group in read_help(PROGRAM).commands}
        self.assertEqual(self.complete("dnvmectl "), nouns)
        self.assertEqual(self.complete("dnvmectl v"), {"volume"})
        self.assertEqual(self.complete("dnvmectl -o json --socket /x v"), {"volume"})

    def test_verbs_with_aliases(self) -> None:
        for noun, *_ in read_help(PROGRAM).commands:
            verbs = {verb for group in read_help(PROGRAM, noun).commands for verb in group}
            self.assertEqual(self.complete(f"dnvmectl {noun} "), verbs, noun)

    def test_options_of_every_verb(self) -> None:
        everywhere = {o for o in read_help(PROGRAM).options if o.startswith("--")}
        for verb, command in read_verbs(PROGRAM).items():
            long_options = {o for o in command.options if o.startswith("--")}
            self.assertEqual(self.complete(f"dnvmectl {verb} --"), long_options | everywhere, verb)

    def test_names_come_from_the_daemon(self) -> None:
        for verb in ("show", "delete", "list"):
            self.assertEqual(self.complete(f"dnvmectl volume {verb} "), {"volume-1", "volume-2"})
        self.assertEqual(self.complete("dnvmectl disk remove d"), {"disk-1", "disk-2"})
        self.assertEqual(self.complete("dnvmectl volume attach "), {"volume-1", "volume-2"})
        self.assertEqual(self.complete("dnvmectl volume attach volume-1 "), {"host-1", "host-2"})
        self.assertEqual(self.complete("dnvmectl host connect v1 "), {"volume-1", "volume-2"})
        self.assertEqual(self.complete("dnvmectl disk create /dev/x --node "), {"node-1", "node-2"})

    def test_heads_and_paths(self) -> None:
        self.assertEqual(self.complete("dnvmectl path list "), {"head-1", "head-2"})
        self.assertEqual(self.complete("dnvmectl path activate "), {"head-1", "head-2"})
        self.assertEqual(self.complete("dnvmectl path activate m1 "), {"path-1", "path-2"})
        self.assertEqual(self.complete("dnvmectl head set "), {"head-1", "head-2"})
        self.assertEqual(self.complete("dnvmectl path set "), {"head-1", "head-2"})
        self.assertEqual(self.complete("dnvmectl path set m1 "), {"path-1", "path-2"})
        self.assertEqual(self.complete("dnvmectl path create m1 "), set())
        self.assertEqual(self.complete("dnvmectl head create m1 --activation n"), {"none", "nvme"})

    def test_names_come_from_the_daemon_that_the_line_names(self) -> None:
        self.complete("dnvmectl --socket /x volume show ")
        self.assertIn("--socket /x", (self.directory / "log").read_text())

    def test_new_names_are_not_guessed(self) -> None:
        self.assertEqual(self.complete("dnvmectl volume create "), set())
        self.assertEqual(self.complete("dnvmectl volume rename v"), {"volume-1", "volume-2"})
        self.assertEqual(self.complete("dnvmectl volume rename v1 "), set())
        self.assertEqual(self.complete("dnvmectl volume resize v"), {"volume-1", "volume-2"})

    def test_values(self) -> None:
        self.assertEqual(self.complete("dnvmectl volume create v1 --redundancy "),
                         {"none", "raid1", "raid5", "raid6", "raid10"})
        self.assertEqual(self.complete("dnvmectl -o "), {"table", "json"})

    def test_paths(self) -> None:
        (self.directory / "nvme-x").touch()
        offered = self.complete(f"dnvmectl disk create {self.directory}/nv")
        self.assertEqual(offered, {f"{self.directory}/nvme-x"})
        offered = self.complete(f"dnvmectl cluster restore {self.directory}/nv")
        self.assertEqual(offered, {f"{self.directory}/nvme-x"})
        self.assertEqual(self.complete("dnvmectl cluster show "), set())


if __name__ == "__main__":
    unittest.main()
