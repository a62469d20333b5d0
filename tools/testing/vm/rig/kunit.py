# SPDX-License-Identifier: Apache-2.0
"""Run the KUnit suites of our modules: build them in, load the modules, judge what they print."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Callable

from rig import coverage, kbuild, kernels, modules, suites
from rig.paths import GUEST_DIR, SOURCE
from rig.session import Rig

KERNEL = "debug"
MODULES = ("dm-dnvme.ko", "nvme-mpath-ext.ko")
RESULTS = SOURCE / "build" / "kunit"
# For whoever adds other runs to it.
LINES = RESULTS / "coverage.json"
# All of it is searched for leaks.
MEMORY = "512M"
GUEST_TIMEOUT = 1800.0

Print = Callable[[str], None]


def run(protection: str, out: Print) -> suites.Totals:
    """Everything, from the kernel's source to the totals. The modules may lack a protection."""
    kbuild.build(KERNEL, os.cpu_count() or 1, out)
    built = modules.build_counting(kernels.find(KERNEL), kunit=True, protection=protection)
    out(f"modules with KUnit suites: {built}")
    results = run_guest([built / name for name in MODULES], out)
    totals = judge(results, out)
    report_coverage(built, results, out)
    return totals


def run_guest(files: list[Path], out: Print) -> Path:
    """Load the modules in a guest; returns the directory with what came of it."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    with Rig(RESULTS) as rig:
        guest = rig.machine("guest", kernel=KERNEL, memory=MEMORY,
                            kernel_arguments=["log_buf_len=4M"])
        out("booting a guest")
        rig.boot()
        out("loading the modules, which runs their suites")
        guest.run([str(GUEST_DIR / "kunit"), *map(str, files)], timeout=GUEST_TIMEOUT)
    return RESULTS / "guest"


def judge(results: Path, out: Print) -> suites.Totals:
    """What the suites say, and what leaked."""
    log = (results / "kunit.log").read_text(encoding="utf-8", errors="replace")
    out(log.rstrip())
    totals = suites.parse(log)
    leaks = (results / "leaks.log").read_text(encoding="utf-8", errors="replace")
    if leaks:
        totals.problems.append(f"leaked memory:\n{leaks}")
    return totals


def report_coverage(built: Path, results: Path, out: Print) -> None:
    """Which lines ran, into the log and a file."""
    lines = coverage.collect(built / "src", results / "gcov")
    table = coverage.table(lines)
    coverage.save(lines, LINES)
    (RESULTS / "coverage.txt").write_text(table, encoding="utf-8")
    out(f"\nLines that ran:\n\n{table}")
