# SPDX-License-Identifier: Apache-2.0
"""The files that the repository tracks, for the checks written in Python."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def tracked_files(*pathspecs: str) -> list[str]:
    """Tracked text files that exist, relative to ROOT; also where somebody else owns the clone."""
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT)]
    command += ["ls-files", "-z", "--", *pathspecs]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [name for name in names.split("\0") if name and (ROOT / name).is_file()]
