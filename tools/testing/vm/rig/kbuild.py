# SPDX-License-Identifier: Apache-2.0
"""Build test kernels from Debian's kernel source with the configurations in config/."""

from __future__ import annotations

import collections
import fnmatch
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Callable

from rig.errors import RigError
from rig.paths import VM_DIR, cache_dir, cache_lock, hash_of

SOURCE_PACKAGE = "linux-source-6.12"
TARBALL = Path("/usr/src") / f"{SOURCE_PACKAGE}.tar.xz"
CONFIG_DIR = VM_DIR / "config"
# Raise this when the recipe below changes what is built.
RECIPE = "2"
PROGRESS_EVERY = 15.0
ERROR_LINES = 60

Print = Callable[[str], None]

# Never compiled here, and half of the source; the Kconfig files of these are still read.
UNUSED_SOURCES = ("arch/[!x]*", "drivers/gpu/*", "drivers/media/*", "drivers/net/ethernet/*",
                  "drivers/net/wireless/*", "drivers/staging/*", "sound/*")
# Needed only while the kernel itself is built; modules need headers, scripts and symbols.
BUILD_ONLY = ("*.o", "*.a", ".*.cmd", "*.c", "*.S", "*.dtsi", "*.dts")
# Folders that modules are built with, where nothing is removed.
MODULE_TOOLS = ("scripts", "tools")


def names() -> list[str]:
    """The kernels that can be built."""
    return sorted(path.stem for path in CONFIG_DIR.glob("*.config"))


def wanted_symbols(name: str) -> str:
    """The configuration that is asked for, without comments."""
    if name not in names():
        raise RigError(f"no test kernel is called '{name}': choose from {', '.join(names())}")
    lines = (CONFIG_DIR / f"{name}.config").read_text(encoding="ascii").splitlines()
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("#"))


def entry(name: str) -> Path:
    """Where a kernel with the present source and configuration is, or would be."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", SOURCE_PACKAGE],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    if done.returncode != 0 or not TARBALL.exists():
        raise RigError(f"no {TARBALL}: apt-get install --no-install-recommends {SOURCE_PACKAGE}")
    return cache_dir() / "built" / f"{name}-{hash_of(done.stdout, wanted_symbols(name), RECIPE)}"


def build(name: str, jobs: int, out: Print) -> Path:
    """The directory of a kernel, built unless the cache has it; out gets lines of progress."""
    target = entry(name)
    with cache_lock("built"):
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as new:
                tree = Path(new) / "kernel"
                make_kernel(name, tree, jobs, out)
                tree.rename(target)
    return target


def make_kernel(name: str, tree: Path, jobs: int, out: Print) -> None:
    """Unpack, configure, build, install into tree, and drop what modules do not need."""
    build_dir = tree / "build"
    build_dir.mkdir(parents=True)
    out(f"kernel {name}: unpacking {TARBALL.name}")
    unpack(build_dir)
    configure(build_dir, wanted_symbols(name), out)
    make(build_dir, out, f"-j{jobs}", "vmlinux", "modules")
    shutil.copy2(build_dir / "vmlinux", tree)
    make(build_dir, out, "modules_install", f"INSTALL_MOD_PATH={tree}", "DEPMOD=true")
    release = (build_dir / "include" / "config" / "kernel.release").read_text(encoding="ascii")
    (tree / "release").write_text(release, encoding="ascii")
    slim(build_dir)


def unpack(build_dir: Path) -> None:
    """The sources, without those that are never compiled."""
    excludes = [f"--exclude={SOURCE_PACKAGE}/{path}.{kind}"
                for path in UNUSED_SOURCES for kind in "chS"]
    subprocess.run(["tar", "-x", "-f", str(TARBALL), "-C", str(build_dir),
                    "--strip-components=1", *excludes], check=True)


def configure(build_dir: Path, wanted: str, out: Print) -> None:
    """Everything off but what is asked for, and what that needs."""
    (build_dir / "wanted.config").write_text(wanted, encoding="ascii")
    make(build_dir, out, "KCONFIG_ALLCONFIG=wanted.config", "allnoconfig")
    missing = lost_symbols(wanted, (build_dir / ".config").read_text(encoding="ascii"))
    if missing:
        raise RigError("the kernel's configuration lost what was asked for; some symbol that it "
                       "depends on is missing:\n  " + "\n  ".join(missing))


def lost_symbols(wanted: str, got: str) -> list[str]:
    """Lines of what was asked for that the final configuration does not fulfil."""
    lines = set(got.splitlines())
    lost = []
    for line in wanted.splitlines():
        match = re.fullmatch(r"(CONFIG_\w+)=(.+)", line)
        if match is None:
            continue
        off = match.group(2) == "n"
        present = any(got_line.startswith(f"{match.group(1)}=") for got_line in lines)
        if present if off else line not in lines:
            lost.append(line)
    return lost


class Progress:
    """Follows the kernel's make: says now and then how far it is, keeps the end of its output."""

    def __init__(self, out: Print) -> None:
        self.out = out
        self.steps = 0
        self.began = self.last = time.monotonic()
        self.end: collections.deque[str] = collections.deque(maxlen=ERROR_LINES)

    def __call__(self, line: str) -> None:
        self.end.append(line)
        self.steps += 1
        now = time.monotonic()
        if now - self.last >= PROGRESS_EVERY:
            self.last = now
            self.out(f"kernel: {self.steps} steps in {now - self.began:.0f} s, {line.strip()}")


def make(build_dir: Path, out: Print, *arguments: str) -> None:
    """Run the kernel's make. What interrupts us ends it with all its compilers."""
    command = ["make", "-C", str(build_dir), "ARCH=x86_64", *arguments]
    progress = Progress(out)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", start_new_session=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                progress(line)
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            raise
    if process.returncode != 0:
        raise RigError(f"{' '.join(command)} failed:\n{''.join(progress.end)}")


def slim(build_dir: Path) -> None:
    """Remove what building modules against the kernel does not need."""
    (build_dir / "vmlinux").unlink()
    shutil.rmtree(build_dir / "Documentation")
    for directory, folders, files in os.walk(build_dir):
        if Path(directory) == build_dir:
            folders[:] = [name for name in folders if name not in MODULE_TOOLS]
        for name in files:
            if any(fnmatch.fnmatch(name, pattern) for pattern in BUILD_ONLY):
                (Path(directory) / name).unlink()
