# SPDX-License-Identifier: Apache-2.0
"""Reads the commands and options of dnvmectl from what its --help prints."""

import re
import subprocess
from dataclasses import dataclass, field

OPTION = re.compile(r"^  (-.*?)(?:  | [A-Z(]|$)")
COMMAND = re.compile(r"^  ([a-z][a-z, -]*?)(?:  |$)")


@dataclass
class Command:
    """What the help of one command lists; names come with their aliases, the proper one first."""

    options: set[str] = field(default_factory=set)
    commands: list[list[str]] = field(default_factory=list)


def help_of(program: str, *words: str) -> str:
    command = [program, *words, "--help"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def section(text: str, title: str) -> list[str]:
    """The lines between "title:" and the next empty line."""
    match = re.search(rf"^{title}:\n(.*?)(?:\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return match.group(1).splitlines() if match else []


def names(pattern: re.Pattern[str], lines: list[str]) -> list[list[str]]:
    matches = filter(None, map(pattern.match, lines))
    return [re.split(r",\s*", match.group(1)) for match in matches]


def read_help(program: str, *words: str) -> Command:
    text = help_of(program, *words)
    options = {name for group in names(OPTION, section(text, "Options")) for name in group}
    return Command(options, names(COMMAND, section(text, "Subcommands")))


def read_verbs(program: str) -> dict[str, Command]:
    """Every verb by its full name, such as "volume create"; aliases have entries of their own."""
    verbs = {}
    for noun, *_ in read_help(program).commands:
        inner = read_help(program, noun).commands
        if not inner:
            verbs[noun] = read_help(program, noun)
        for aliases in inner:
            for verb in aliases:
                verbs[f"{noun} {verb}"] = read_help(program, noun, verb)
    return verbs
