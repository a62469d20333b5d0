# SPDX-License-Identifier: Apache-2.0
"""Disks, initramfs, module closures, kernel images, kernel configurations, networks."""

from __future__ import annotations

import lzma
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

from rig import disks, initramfs, kbuild, modules, network, vmlinux
from rig.errors import RigError


class Sizes(unittest.TestCase):
    """disks.parse_size"""

    def test_units(self) -> None:
        for text, size in {"4096": 4096, "1K": 1 << 10, "512M": 1 << 29, "2GiB": 1 << 31,
                           "20T": 20 << 40}.items():
            self.assertEqual(size, disks.parse_size(text))
        self.assertEqual(7, disks.parse_size(7))

    def test_bad_ones_are_named(self) -> None:
        for text in ("", "G", "1.5G", "-1", "1 G", "1X"):
            with self.assertRaisesRegex(RigError, "bad disk size"):
                disks.parse_size(text)


class Disks(unittest.TestCase):
    """disks.Disk"""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def test_a_disk_is_sparse_and_is_not_made_twice(self) -> None:
        disk = disks.Disk("d", "1T")
        disk.create(self.directory)
        assert disk.path is not None
        self.assertEqual((1 << 40, 0), (disk.path.stat().st_size, disk.path.stat().st_blocks))
        disk.path.write_bytes(b"kept")
        disk.create(self.directory)
        self.assertEqual(b"kept", disk.path.read_bytes())

    def test_a_size_beyond_the_file_system_still_works(self) -> None:
        disk = disks.Disk("d", "64T")
        disk.create(self.directory)
        self.assertIn(disk.image_format, ("raw", "qcow2"))

    def test_an_unknown_kind_is_refused(self) -> None:
        with self.assertRaisesRegex(RigError, "use virtio or nvme"):
            disks.Disk("d", kind="floppy").qemu_arguments("disk0")


class Initramfs(unittest.TestCase):
    """initramfs.build"""

    def test_busybox_reads_the_archive(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            module = Path(name) / "m.ko"
            module.write_bytes(b"module")
            data = initramfs.build(b"busybox!", b"#!init", [module, module])
            subprocess.run(["/bin/busybox", "cpio", "-i", "-d", "bin/busybox", "init",
                            "modules/*"], cwd=name, input=data, check=True,
                           stderr=subprocess.DEVNULL)
            root = Path(name)
            self.assertEqual(b"busybox!", (root / "bin/busybox").read_bytes())
            self.assertEqual(b"#!init", (root / "init").read_bytes())
            self.assertEqual(["00-m.ko", "01-m.ko"],
                             sorted(path.name for path in (root / "modules").iterdir()))


class Closure(unittest.TestCase):
    """modules.closure"""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.tree = Path(directory.name)
        (self.tree / "modules.dep").write_text(
            "kernel/a.ko: kernel/b-b.ko kernel/c.ko\nkernel/b-b.ko: kernel/c.ko\nkernel/c.ko:\n")
        (self.tree / "modules.builtin").write_text("kernel/fs/inside.ko\n")

    def test_needs_come_first_and_once(self) -> None:
        files = [path.name for path in modules.closure(self.tree, ["b_b", "a"])]
        self.assertEqual(["c.ko", "b-b.ko", "a.ko"], files)

    def test_built_in_modules_have_no_file(self) -> None:
        self.assertEqual([], modules.closure(self.tree, ["inside"]))

    def test_a_missing_module_is_named(self) -> None:
        with self.assertRaisesRegex(RigError, "no module nowhere"):
            modules.closure(self.tree, ["nowhere"])


class Vmlinux(unittest.TestCase):
    """vmlinux.extract"""

    @staticmethod
    def image(packed: bytes) -> bytes:
        """A bzImage with one sector of setup and the payload 16 bytes into the kernel."""
        head = bytearray(2 * vmlinux.SECTOR)
        head[vmlinux.SETUP_SECTS] = 1
        head[vmlinux.HEADER_MAGIC:vmlinux.HEADER_MAGIC + 4] = b"HdrS"
        struct.pack_into("<II", head, vmlinux.PAYLOAD_OFFSET, 16, len(packed) + 4)
        return bytes(head) + b"\0" * 16 + packed + b"SIZE" + b"rest"

    def test_xz_and_zstd(self) -> None:
        elf = b"\x7fELF and more" * 1000
        zstd = subprocess.run(["zstd", "-qc"], input=elf, stdout=subprocess.PIPE, check=True)
        for packed in (lzma.compress(elf), zstd.stdout):
            self.assertEqual(elf, vmlinux.decompress(vmlinux.payload(self.image(packed))))

    def test_what_is_no_kernel_is_refused(self) -> None:
        with self.assertRaisesRegex(RigError, "not a bzImage"):
            vmlinux.payload(b"\0" * 4096)
        with self.assertRaisesRegex(RigError, "unknown way"):
            vmlinux.decompress(b"gzip? no")


class Configuration(unittest.TestCase):
    """kbuild.lost_symbols"""

    GOT = "CONFIG_A=y\nCONFIG_B=m\nCONFIG_NAME=\"x\"\n# CONFIG_OFF is not set\n"

    def test_all_there(self) -> None:
        wanted = "# a comment\nCONFIG_A=y\nCONFIG_B=m\nCONFIG_NAME=\"x\"\nCONFIG_OFF=n\n"
        self.assertEqual([], kbuild.lost_symbols(wanted, self.GOT))

    def test_lost_ones_are_named(self) -> None:
        wanted = "CONFIG_A=n\nCONFIG_B=y\nCONFIG_C=m\nCONFIG_NAME=\"y\"\n"
        self.assertEqual(wanted.split(), kbuild.lost_symbols(wanted, self.GOT))

    def test_no_configuration_contradicts_itself(self) -> None:
        for name in kbuild.names():
            symbols = [line.partition("=")[0] for line in kbuild.wanted_symbols(name).splitlines()]
            self.assertEqual(sorted(set(symbols)), sorted(symbols), name)

    def test_slim_keeps_what_modules_are_built_with(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            tree = Path(directory)
            kept = ["Makefile", "include/a.h", "drivers/md/dm-core.h", "scripts/mod/modpost.o",
                    "tools/objtool/objtool.c"]
            gone = ["vmlinux", "Documentation/x.rst", "mm/slab.c", "mm/slab.o", "mm/.slab.o.cmd"]
            for name in kept + gone:
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                (tree / name).touch()
            kbuild.slim(tree)
            self.assertEqual(kept, [name for name in kept + gone if (tree / name).exists()])

    def test_progress_is_told_and_the_end_is_kept(self) -> None:
        told: list[str] = []
        progress = kbuild.Progress(told.append)
        for number in range(100):
            progress.last -= kbuild.PROGRESS_EVERY / 40
            progress(f"  CC  file{number}.o\n")
        self.assertIn("40 steps in 0 s, CC  file39.o", told[0])
        self.assertEqual(2, len(told))
        self.assertEqual(kbuild.ERROR_LINES, len(progress.end))
        self.assertEqual("  CC  file99.o\n", progress.end[-1])


class Networks(unittest.TestCase):
    """network"""

    def test_two_networks_have_two_ports(self) -> None:
        one, other = network.Network(), network.Network()
        self.addCleanup(one.close)
        self.addCleanup(other.close)
        self.assertNotEqual(one.port, other.port)

    def test_rules_name_both_directions_and_every_guest(self) -> None:
        rules = network.partition_rules(["10.77.0.2", "10.77.0.3"])
        for address in ("10.77.0.2", "10.77.0.3"):
            self.assertEqual(1, rules.count(f"ip saddr {address} drop"))
            self.assertEqual(1, rules.count(f"ip daddr {address} drop"))

    def test_healing_leaves_no_drop(self) -> None:
        self.assertNotIn("drop", network.partition_rules([]))


if __name__ == "__main__":
    unittest.main()
