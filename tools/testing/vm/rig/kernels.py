# SPDX-License-Identifier: Apache-2.0
"""Kernels to boot: Debian's stock ones, fetched from the archive, and self-built ones.

A stock kernel is the one whose headers are at hand, so that modules built here load there. Its
package is unpacked into the cache and never installed.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rig import kbuild, vmlinux
from rig.errors import RigError
from rig.paths import SOURCE, cache_dir, cache_lock, hash_of

STOCK = ("6.1", "6.12")

# Without these a self-built kernel, which lacks most drivers, spends half a minute on ACPI.
BUILT_ARGUMENTS = ("pci=noacpi", "acpi=noirq")

# Driver families no guest of ours has hardware for: most of the package's size.
UNUSED = (
    "drivers/bluetooth", "drivers/gpu", "drivers/hid", "drivers/iio", "drivers/input",
    "drivers/isdn", "drivers/media", "drivers/net/can", "drivers/net/ethernet",
    "drivers/net/wireless", "drivers/platform", "drivers/staging", "drivers/thunderbolt",
    "drivers/usb", "net/bluetooth", "net/mac80211", "net/wireless", "sound",
)


@dataclass(frozen=True)
class Kernel:
    """A kernel ready to boot: an ELF image, its modules, and what to build modules against."""

    name: str
    release: str
    image: Path
    modules: Path
    build_dir: Path
    arguments: tuple[str, ...] = ()


def ask_setup(question: str, name: str) -> str:
    """What the tree's own set-up knows of a stock kernel: release, version or kdir."""
    done = subprocess.run([str(SOURCE / "tools" / "setup" / "stock-kernel"), question, name],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RigError(f"kernel {name}: {done.stderr.strip()}")
    return done.stdout.strip()


def download(package: str, version: str, directory: Path) -> Path:
    """Fetch one .deb of exactly this version into directory."""
    command = ["apt-get", "download", "-qq", f"{package}={version}"]
    for attempt in ("with the package lists at hand", "after apt-get update"):
        if attempt == "after apt-get update":
            subprocess.run(["apt-get", "update", "-qq"], check=False)
        done = subprocess.run(command, cwd=directory, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        debs = list(directory.glob(f"{package}_*.deb"))
        if done.returncode == 0 and debs:
            return debs[0]
    raise RigError(f"cannot download {package} {version}: {done.stdout.strip()}\n"
                   "The archive may hold a newer release only: upgrade the header packages "
                   "(apt-get update && apt-get upgrade), then try again.")


def unpack(deb: Path, release: str, target: Path) -> None:
    """Unpack image and modules from a kernel package; modules end up uncompressed, since
    unpacking them in an emulated guest is slow."""
    excludes = [f"--exclude=./lib/modules/{release}/kernel/{unused}" for unused in UNUSED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as tar:
        subprocess.run(["tar", "-x", "-C", str(target), *excludes, "./boot", "./lib"],
                       stdin=tar.stdout, check=True)
    if tar.returncode != 0:
        raise RigError(f"dpkg-deb cannot read {deb}")
    subprocess.run(f"find '{target}' -name '*.ko.xz' -print0 | xargs -0r -n 64 -P 2 xz -d",
                   shell=True, check=True)
    vmlinux.extract(target / "boot" / f"vmlinuz-{release}", target / "vmlinux")


def fetch_stock(name: str) -> Kernel:
    """The stock kernel of a short name, downloaded unless the cache has it."""
    release = ask_setup("release", name)
    version = ask_setup("version", name)
    entry = cache_dir() / "kernels" / f"{release}-{hash_of(version, *UNUSED)}"
    with cache_lock("kernels"):
        if not entry.exists():
            fill_entry(release, version, entry)
    return Kernel(name, release, entry / "vmlinux", entry / "lib" / "modules" / release,
                  Path(ask_setup("kdir", name)))


def fill_entry(release: str, version: str, entry: Path) -> None:
    """Make a cache entry whole before it gets its name."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=entry.parent, prefix=".new-") as new:
        deb = download(f"linux-image-{release}", version, Path(new))
        tree = Path(new) / "tree"
        tree.mkdir()
        unpack(deb, release, tree)
        tree.rename(entry)


def load_built(name: str, directory: Path) -> Kernel:
    """A self-built kernel: the directory that kernel-build made."""
    if not (directory / "release").exists():
        raise RigError(f"no kernel in {directory}: 'dnvme-vm kernel-build {name}' makes it")
    release = (directory / "release").read_text(encoding="ascii").strip()
    return Kernel(name, release, directory / "vmlinux", directory / "lib" / "modules" / release,
                  directory / "build", BUILT_ARGUMENTS)


def find(name: str) -> Kernel:
    """A kernel by short name (6.1), by the name of a self-built one (debug), or by path."""
    if name in STOCK:
        return fetch_stock(name)
    if "/" in name:
        directory = Path(name).resolve()
        return load_built(directory.name, directory)
    if name in kbuild.names():
        return load_built(name, kbuild.entry(name))
    raise RigError(f"no kernel is called '{name}': choose from "
                   f"{', '.join([*STOCK, *kbuild.names()])}, or give a path")
