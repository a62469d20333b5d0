# SPDX-License-Identifier: Apache-2.0
"""Build test kernels from Debian's kernel source with the fragments in config/."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from rig.errors import RigError
from rig.paths import VM_DIR, cache_dir, cache_lock, hash_of

SOURCE_PACKAGE = "linux-source-6.12"
TARBALL = Path("/usr/src") / f"{SOURCE_PACKAGE}.tar.xz"
CONFIG_DIR = VM_DIR / "config"
# Raise this when the recipe below changes what is built.
RECIPE = "1"

# Never compiled here, and half of the source; the Kconfig files of these are still read.
UNUSED_SOURCES = ("arch/[!x]*", "drivers/gpu/*", "drivers/media/*", "drivers/net/ethernet/*",
                  "drivers/net/wireless/*", "drivers/staging/*", "sound/*")
# Needed only while the kernel itself is built; modules need headers, scripts and symbols.
BUILD_ONLY = ("*.o", "*.a", ".*.cmd", "*.c", "*.S", "*.dtsi", "*.dts")


def names() -> list[str]:
    """The kernels that can be built."""
    return sorted(path.stem for path in CONFIG_DIR.glob("*.config") if path.stem != "base")


def fragment(name: str) -> str:
    """The configuration that is asked for."""
    if name not in names():
        raise RigError(f"no test kernel is called '{name}': choose from {', '.join(names())}")
    return "".join((CONFIG_DIR / f"{part}.config").read_text(encoding="ascii")
                   for part in ("base", name))


def entry(name: str) -> Path:
    """Where a kernel with the present source and configuration is, or would be."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", SOURCE_PACKAGE],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    if done.returncode != 0 or not TARBALL.exists():
        raise RigError(f"no {TARBALL}: apt-get install --no-install-recommends {SOURCE_PACKAGE}")
    return cache_dir() / "built" / f"{name}-{hash_of(done.stdout, fragment(name), RECIPE)}"


def build(name: str, jobs: int) -> Path:
    """The directory of a kernel, built unless the cache has it."""
    target = entry(name)
    with cache_lock("built"):
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as new:
                tree = Path(new) / "kernel"
                make_kernel(name, tree, jobs)
                tree.rename(target)
    return target


def make_kernel(name: str, tree: Path, jobs: int) -> None:
    """Unpack, configure, build, install into tree, and drop what modules do not need."""
    build_dir = tree / "build"
    build_dir.mkdir(parents=True)
    unpack(build_dir)
    configure(build_dir, fragment(name))
    make(build_dir, f"-j{jobs}", "vmlinux", "modules")
    shutil.copy2(build_dir / "vmlinux", tree)
    make(build_dir, "modules_install", f"INSTALL_MOD_PATH={tree}", "DEPMOD=true")
    release = (build_dir / "include" / "config" / "kernel.release").read_text(encoding="ascii")
    (tree / "release").write_text(release, encoding="ascii")
    slim(build_dir)


def unpack(build_dir: Path) -> None:
    """The sources, without those that are never compiled."""
    excludes = [f"--exclude={SOURCE_PACKAGE}/{path}.{kind}"
                for path in UNUSED_SOURCES for kind in "chS"]
    subprocess.run(["tar", "-x", "-f", str(TARBALL), "-C", str(build_dir),
                    "--strip-components=1", *excludes], check=True)


def configure(build_dir: Path, wanted: str) -> None:
    """Everything off but what is asked for, and what that needs."""
    (build_dir / "wanted.config").write_text(wanted, encoding="ascii")
    make(build_dir, "KCONFIG_ALLCONFIG=wanted.config", "allnoconfig")
    missing = lost_symbols(wanted, (build_dir / ".config").read_text(encoding="ascii"))
    if missing:
        raise RigError("the kernel's configuration lost what was asked for; some symbol that it "
                       "depends on is missing:\n  " + "\n  ".join(missing))


def lost_symbols(wanted: str, got: str) -> list[str]:
    """Lines of the fragment that the final configuration does not fulfil."""
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


def make(build_dir: Path, *arguments: str) -> None:
    """Run the kernel's make; its output is shown only if it fails. What interrupts us ends it
    with all its compilers."""
    command = ["make", "-s", "-C", str(build_dir), "ARCH=x86_64", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", start_new_session=True) as process:
        try:
            output, _ = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            raise
    if process.returncode != 0:
        raise RigError(f"{' '.join(command)} failed:\n{output[-6000:]}")


def slim(build_dir: Path) -> None:
    """Remove what building modules against the kernel does not need."""
    tests = [word for pattern in BUILD_ONLY for word in ("-o", "-name", pattern)][1:]
    subprocess.run(["find", str(build_dir), "-path", str(build_dir / "scripts"), "-prune", "-o",
                    "-path", str(build_dir / "tools"), "-prune", "-o", "-type", "f",
                    "(", *tests, ")", "-delete"], check=True)
    (build_dir / "vmlinux").unlink()
    shutil.rmtree(build_dir / "Documentation")
