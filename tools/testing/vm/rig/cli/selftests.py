# SPDX-License-Identifier: Apache-2.0
"""dnvme-vm selftests: the kernel selftests in a guest."""

from __future__ import annotations

import argparse
from pathlib import Path

from rig import coverage, kunit, modules
from rig.cli.common import add_guest_options, prepare_modules
from rig.disks import Disk
from rig.selftests import Runner, Totals, all_directories, find_scripts
from rig.session import Rig

DISKS = 4


def define(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_guest_options(parser)
    parser.add_argument("--only", action="append", default=[], metavar="NN",
                        help="run only scripts whose names begin so; may be repeated")
    parser.add_argument("--set", action="append", default=[], type=setting, metavar="NAME=VALUE",
                        help="a variable of the scripts; may be repeated")
    parser.add_argument("--dir", action="append", type=Path, metavar="DIR",
                        help="take the scripts from here (default: all below "
                             "tools/testing/selftests); may be repeated")
    parser.add_argument("--coverage", type=Path, metavar="FILE",
                        help="write there which lines of the module ran, in these scripts and in "
                             "the last run of KUnit together (on the debug kernel only)")
    parser.add_argument("--timeout", type=float, default=1800.0, metavar="SECONDS",
                        help="bound for one script (default: %(default).0f)")


def setting(text: str) -> tuple[str, str]:
    """NAME=VALUE as a pair."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def run(options: argparse.Namespace) -> int:
    """Run them and end with the line that counts."""
    directories = [path.resolve() for path in options.dir or all_directories()]
    scripts = find_scripts(directories, options.only)
    prepare_modules(options)
    with Rig(options.results) as rig:
        disks = [Disk(f"disk{number}") for number in range(DISKS)]
        machine = rig.machine("node1", kernel=options.kernel, memory=options.memory,
                              cpus=options.cpus, disks=disks)
        machine.env = dict(options.set)
        runner = Runner(rig, machine, options.timeout, lambda line: print(line, flush=True))
        totals = run_scripts(runner, scripts, options.coverage)
        machine.power_cut()
    print(totals.line())
    return 1 if totals.failed else 0


def run_scripts(runner: Runner, scripts: list[Path], table: Path | None) -> Totals:
    """Run them, with modules that count which lines run if a table of those is wanted."""
    if table is None:
        return runner.run_all(scripts)
    machine = runner.machine
    built = modules.build_counting(machine.kernel)
    machine.env["DNVME_KO"] = str(built / "dm-dnvme.ko")
    runner.counts_lines = True
    totals = runner.run_all(scripts)
    lines = coverage.collect(built / "src", machine.results / "gcov")
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_text(coverage.table(coverage.merge([lines, coverage.load(kunit.LINES)])),
                     encoding="utf-8")
    return totals
