#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dnvmectl(8) describes the very verbs, options, exit codes and variables that --help lists."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

from helptext import help_of, read_help, read_verbs, section

MAN_PAGE = Path(__file__).resolve().parents[4] / "Documentation/man/dnvmectl.8"
PROGRAM = sys.argv.pop(1)
ALIASES = {"add": "create", "remove": "delete"}
HELP = {"-h", "--help"}


def man_section(title: str) -> str:
    match = re.search(rf"^\.Sh {title}$(.*?)(?=^\.Sh |\Z)", MAN_PAGE.read_text(),
                      re.MULTILINE | re.DOTALL)
    assert match, f"{MAN_PAGE} has no section {title}"
    return match.group(1)


def flags(line: str) -> set[str]:
    return {f"-{flag}" for flag in re.findall(r"\bFl (-?[a-z-]+)", line)}


def man_items(title: str) -> list[str]:
    return re.findall(r"^\.It (.*)$", man_section(title), re.MULTILINE)


def man_commands() -> dict[str, set[str]]:
    """Options by verb, from lines such as ".It Cm volume create Ar NAME Fl -size Ar SIZE"."""
    found = {}
    for item in man_items("COMMANDS"):
        match = re.match(r"Cm ([a-z]+(?: [a-z-]+)?)(?= [A-Z]|$)", item)
        if match and (" " in match.group(1) or match.group(1) in ("status", "events", "info")):
            found[match.group(1)] = flags(item)
    return found


class ManPage(unittest.TestCase):
    maxDiff = None

    def test_every_verb_with_its_options(self) -> None:
        from_help = {verb: command.options - HELP
                     for verb, command in read_verbs(PROGRAM).items()
                     if verb.split()[-1] not in ALIASES}
        self.assertGreater(len(from_help), 15)
        self.assertEqual(man_commands(), from_help)

    def test_every_alias(self) -> None:
        commands = man_section("COMMANDS")
        aliases = [verb for verb in read_verbs(PROGRAM) if verb.split()[-1] in ALIASES]
        self.assertEqual(len(aliases), 4)
        for verb in aliases:
            noun, alias = verb.split()
            text = commands.split(f".It Cm {noun} {ALIASES[alias]} ")[1].split(".It Cm")[0]
            self.assertIn(f".Cm {alias}\nis another word for\n.Cm {ALIASES[alias]} .", text)

    def test_every_global_option(self) -> None:
        in_man = set().union(*map(flags, man_items("OPTIONS")))
        self.assertEqual(in_man, read_help(PROGRAM).options)

    def test_every_exit_code(self) -> None:
        codes = [line.split()[0] for line in section(help_of(PROGRAM), "Exit codes")]
        self.assertEqual(codes, ["0", "1", "2", "3", "4"])
        self.assertEqual(man_items("EXIT STATUS"), codes)

    def test_every_environment_variable(self) -> None:
        variables = [line.split()[0] for line in section(help_of(PROGRAM), "Environment")]
        self.assertEqual(man_items("ENVIRONMENT"), [f"Ev {name}" for name in variables])

    def test_formats_without_a_warning(self) -> None:
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", MAN_PAGE],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.stdout, done.returncode), ("", 0))
        done = subprocess.run(["man", "--warnings", "-l", "-Tutf8", MAN_PAGE],
                              capture_output=True, text=True, check=False,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        self.assertEqual((done.stderr, done.returncode), ("", 0))


if __name__ == "__main__":
    unittest.main()
