# SPDX-License-Identifier: Apache-2.0
"""Kernels to boot: Debian's stock ones, fetched from the archive, and self-built ones.

A stock kernel is the one whose header package is installed, so that modules built here load
there. Its package is unpacked into the cache and never installed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rig import vmlinux
from rig.errors import RigError
from rig.paths import cache_dir, cache_lock, hash_of

STOCK = ("6.1", "6.12")
HEADERS = Path("/usr/src")

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


def stock_release(name: str) -> str:
    """The release (uname -r) of the installed header package of a short name such as 6.1."""
    pattern = re.compile(rf"linux-headers-({re.escape(name)}\.\d+(?:-\d+|\+deb12)-amd64)$")
    found = [m.group(1) for path in HEADERS.glob("linux-headers-*")
             if (m := pattern.match(path.name))]
    if not found:
        raise RigError(f"no headers of kernel {name} under {HEADERS}: apt-get install "
                       f"linux-headers-{'amd64' if name == '6.1' else name + '-amd64'}")
    return max(found, key=lambda release: [int(n) for n in re.findall(r"\d+", release)])


def package_version(package: str) -> str:
    """The installed version of a Debian package."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                          stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


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
    release = stock_release(name)
    version = package_version(f"linux-headers-{release}")
    entry = cache_dir() / "kernels" / f"{release}-{hash_of(version, *UNUSED)}"
    with cache_lock("kernels"):
        if not entry.exists():
            fill_entry(release, version, entry)
    return Kernel(name, release, entry / "vmlinux", entry / "lib" / "modules" / release,
                  HEADERS / f"linux-headers-{release}")


def fill_entry(release: str, version: str, entry: Path) -> None:
    """Make a cache entry whole before it gets its name."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=entry.parent, prefix=".new-") as new:
        deb = download(f"linux-image-{release}", version, Path(new))
        tree = Path(new) / "tree"
        tree.mkdir()
        unpack(deb, release, tree)
        tree.rename(entry)


def load_built(directory: Path) -> Kernel:
    """A self-built kernel: the directory that kernel-build made."""
    release = (directory / "release").read_text(encoding="ascii").strip()
    return Kernel(directory.name, release, directory / "vmlinux",
                  directory / "lib" / "modules" / release, directory / "build", BUILT_ARGUMENTS)


def find(name: str) -> Kernel:
    """A kernel by short name (6.1), by the name of a self-built one (debug), or by path."""
    if name in STOCK:
        return fetch_stock(name)
    if "/" in name:
        directory = Path(name)
    else:
        directory = cache_dir() / "built" / name
    if not (directory / "release").exists():
        raise RigError(f"no kernel '{name}': known are {', '.join(STOCK)}; self-built ones are "
                       f"made by 'dnvme-vm kernel-build NAME' (looked in {directory})")
    return load_built(directory.resolve())


def forget_all() -> None:
    """Remove the stock kernels from the cache."""
    shutil.rmtree(cache_dir() / "kernels", ignore_errors=True)
