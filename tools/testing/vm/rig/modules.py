# SPDX-License-Identifier: Apache-2.0
"""Module trees: a kernel's own modules with ours under updates/, indexed by depmod outside
the guest, where it takes seconds instead of minutes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from rig.errors import RigError
from rig.kernels import Kernel
from rig.paths import MODULES_BUILD, SOURCE, cache_dir, cache_lock, hash_of

KEEP_SECONDS = 3 * 24 * 3600


def own_modules(release: str) -> list[Path]:
    """Our modules as built for this release."""
    return sorted((MODULES_BUILD / release).glob("*.ko"))


def build_missing(kernel: Kernel) -> None:
    """Ask the tree to build our modules for a kernel that has none yet."""
    if own_modules(kernel.release):
        return
    command = ["make", "-C", str(SOURCE / "kernel"), "modules", f"KDIR={kernel.build_dir}"]
    if subprocess.run(command, check=False).returncode != 0:
        raise RigError(f"the modules for {kernel.release} do not build: {' '.join(command)}")


def build_counting(kernel: Kernel, kunit: bool = False, protection: str = "") -> Path:
    """Build our modules so that they count which lines run; with KUnit suites if asked, and
    without a protection if it is named. Returns the directory of this build."""
    settings = {"DNVME_BREAK": protection, "DNVME_KUNIT": "1" if kunit else "", "DNVME_GCOV": "1"}
    command = ["make", "-C", str(SOURCE / "kernel"), "modules", f"KDIR={kernel.build_dir}",
               *(f"{name}={value}" for name, value in settings.items())]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    output = [line for line in done.stdout.splitlines() if not line.startswith("make")]
    if done.returncode != 0 or any("warning:" in line.lower() for line in output):
        raise RigError("the modules do not build without a warning:\n" + "\n".join(output))
    variant = (f"-break-{protection}" if protection else "") + ("-kunit" if kunit else "")
    return MODULES_BUILD / f"{kernel.release}{variant}-gcov"


def tree_for(kernel: Kernel) -> Path:
    """A directory for /lib/modules/<release> in a guest; the cache keeps one per content."""
    own = own_modules(kernel.release)
    names = " ".join(ko.name for ko in own)
    key = hash_of(str(kernel.modules), names, *(ko.read_bytes() for ko in own))
    tree = cache_dir() / "modules" / f"{kernel.release}-{key}"
    with cache_lock("modules"):
        if not tree.exists():
            forget_old(tree.parent)
            make_tree(kernel, own, tree)
        os.utime(tree)
    return tree


def forget_old(trees: Path) -> None:
    """Remove trees that no guest has used for days: each build of our modules makes a new one."""
    for tree in trees.glob("*"):
        if time.time() - tree.stat().st_mtime > KEEP_SECONDS:
            shutil.rmtree(tree, ignore_errors=True)


def make_tree(kernel: Kernel, own: list[Path], tree: Path) -> None:
    """Link the kernel's modules, copy ours (they may be rebuilt while a guest runs), index."""
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree.parent, prefix=".new-") as base:
        new = Path(base) / "lib" / "modules" / kernel.release
        (new / "updates").mkdir(parents=True)
        (new / "kernel").symlink_to(kernel.modules / "kernel")
        for index in kernel.modules.glob("modules.*"):
            shutil.copy2(index, new)
        for ko in own:
            shutil.copy2(ko, new / "updates")
        subprocess.run(["depmod", "-b", base, kernel.release], check=True)
        new.rename(tree)


def closure(tree: Path, names: list[str]) -> list[Path]:
    """Files of the named modules and all they need, in an order in which insmod works.
    A module that is built into the kernel has no file and is left out."""
    needs = read_dependencies(tree)
    by_name = {module_name(path): path for path in needs}
    built_in = {module_name(line) for line in (tree / "modules.builtin").read_text().split()}
    order: list[str] = []
    for name in names:
        if name in by_name:
            # modules.dep lists the nearest need first, so the farthest is loaded first
            order += [*reversed(needs[by_name[name]]), by_name[name]]
        elif name not in built_in:
            raise RigError(f"{tree}: no module {name}")
    return [tree / path for path in dict.fromkeys(order)]


def read_dependencies(tree: Path) -> dict[str, list[str]]:
    """modules.dep as a mapping from a module's file to the files it needs."""
    needs = {}
    for line in (tree / "modules.dep").read_text(encoding="ascii").splitlines():
        path, _, rest = line.partition(":")
        needs[path] = rest.split()
    return needs


def module_name(path: str) -> str:
    """The name the kernel gives to a module file."""
    return path.rsplit("/", 1)[-1].split(".ko")[0].replace("-", "_")
