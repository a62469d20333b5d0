#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The administrator's guides show what dnvmectl really prints.

Every block marked "console" of a guide is replayed, from first to last, on one simulated node:
lines "n1# dnvmectl ..." are commands, what follows is their output. Other prompts are other
machines, whose commands are not run.
"""

import difflib
import re
import sys
from pathlib import Path

from replay import Normaliser, replay_on_daemon

FOLDER = Path(__file__).resolve().parents[4] / "Documentation/admin-guide"
# Each with a command that it would be worth little without.
GUIDES = {FOLDER / "getting-started.md": "$ dnvmectl volume attach",
          FOLDER / "store.md": "$ dnvmectl cluster restore"}
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = re.compile(r"^[\w-]+[#$] ")
# The guide's disks, and which of the simulated machine's stand in for them.
DISKS = {"/dev/disk/by-id/nvme-A": "/dev/sim0", "/dev/disk/by-id/nvme-B": "/dev/sim1"}


def to_script(guide: str) -> str:
    """The guide's blocks in the form that replay.py reads."""
    lines = []
    for line in "".join(BLOCK.findall(guide)).splitlines():
        if line.startswith("n1# dnvmectl "):
            lines.append("$ " + line.removeprefix("n1# "))
        elif not PROMPT.match(line) and line:
            error = line.startswith(("dnvmectl: ", "= "))
            lines.append(line if line.startswith("= ") else f"{'!' if error else '>'} {line}")
    script = "\n".join(lines) + "\n"
    for shown, simulated in DISKS.items():
        script = script.replace(shown, simulated)
    return script


def replays(guide: Path, indispensable: str) -> bool:
    expected = Normaliser("/nowhere")(to_script(guide.read_text()))
    actual = replay_on_daemon(expected, Path(sys.argv[1]).resolve())
    sys.stdout.writelines(difflib.unified_diff(
        expected.splitlines(keepends=True), actual.splitlines(keepends=True),
        f"{guide} (expected)", "what the commands say now"))
    return expected == actual and indispensable in expected


sys.exit(0 if all([replays(*guide) for guide in GUIDES.items()]) else 1)
