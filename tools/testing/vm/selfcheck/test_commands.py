# SPDX-License-Identifier: Apache-2.0
"""Commands, disks and identity of a guest."""

from __future__ import annotations

import unittest

from rig import CommandFailed, CommandTimeout, Disk, Machine, Rig, RigError

TIB = 1 << 40


class Commands(unittest.TestCase):
    """One guest for all."""

    rig: Rig
    guest: Machine

    @classmethod
    def setUpClass(cls) -> None:
        cls.rig = Rig()
        cls.addClassCleanup(cls.rig.close)
        cls.guest = cls.rig.machine("one", kernel="6.12", disks=[
            Disk("huge", "20T"), Disk("small", "16M"), Disk("drive", "64M", kind="nvme")])
        cls.rig.boot()

    def tearDown(self) -> None:
        self.rig.check_logs()

    def test_status_and_both_streams(self) -> None:
        result = self.guest.run("echo out; echo err >&2; exit 7", check=False)
        self.assertEqual((7, "out\n", "err\n"), (result.status, result.stdout, result.stderr))

    def test_a_failing_command_raises_and_shows_its_output(self) -> None:
        with self.assertRaisesRegex(CommandFailed, "status 3\nwhy"):
            self.guest.run("echo why; exit 3")

    def test_input_arguments_and_environment(self) -> None:
        self.assertEqual("a  b\n$HOME\n", self.guest.run(["cat"], stdin=b"a  b\n$HOME\n").stdout)
        self.assertEqual("a  'b\n", self.guest.run(["echo", "a  'b"]).stdout)
        self.assertEqual("x y\n", self.guest.run("echo $V", env={"V": "x y"}).stdout)

    def test_much_output(self) -> None:
        text = self.guest.run("seq 200000").stdout
        self.assertEqual([str(i) for i in range(1, 200001)], text.split())

    def test_commands_run_at_the_same_time(self) -> None:
        self.guest.run("mkfifo /tmp/there /tmp/back")
        first = self.guest.start("echo hello >/tmp/there; cat /tmp/back")
        second = self.guest.start("cat /tmp/there; echo world >/tmp/back")
        self.assertEqual("hello\n", second.wait().stdout)
        self.assertEqual("world\n", first.wait().stdout)

    def test_output_is_passed_on_while_the_command_runs(self) -> None:
        seen = []

        def answer(_stream: str, data: bytes) -> None:
            seen.append(data)
            self.guest.run("touch /tmp/go")
        self.guest.run("echo question; until test -e /tmp/go; do sleep 0.1; done; echo done",
                       sink=answer)
        self.assertEqual(b"question\ndone\n", b"".join(seen))
        self.assertEqual(b"question\n", seen[0])

    def test_a_command_that_takes_too_long_is_killed_with_its_children(self) -> None:
        with self.assertRaisesRegex(CommandTimeout, "'sleep 98765"):
            self.guest.run("sleep 98765 & sleep 98765", timeout=5)
        self.guest.run("while pgrep -f 'sleep 98765$'; do sleep 0.2; done", timeout=300)

    def test_sizes_and_serials_of_disks(self) -> None:
        sizes = self.guest.run("blockdev --getsize64 /dev/vda /dev/vdb /dev/nvme0n1").stdout
        self.assertEqual([20 * TIB, 16 << 20, 64 << 20], [int(size) for size in sizes.split()])
        self.assertEqual("huge", self.guest.run("cat /sys/block/vda/serial").stdout.strip())
        self.assertEqual("drive", self.guest.run("cat /sys/class/nvme/nvme0/serial").stdout.strip())

    def test_the_end_of_a_huge_disk_can_be_written_and_read(self) -> None:
        last = 20 * TIB // 4096 - 1
        self.guest.run(f"(echo last; head -c 4091 /dev/zero) | dd of=/dev/vda bs=4k seek={last} "
                       "conv=nocreat oflag=direct iflag=fullblock")
        out = self.guest.run(f"dd if=/dev/vda bs=4k skip={last} iflag=direct | head -c 4").stdout
        self.assertEqual("last", out)

    def test_the_machine_itself_cannot_be_written(self) -> None:
        path = f"{self.rig.directory.path}/forbidden"
        self.guest.run(f"mkdir -p {self.rig.directory.path}; touch {path}")
        self.assertFalse((self.rig.directory.path / "forbidden").exists())

    def test_identity(self) -> None:
        self.assertEqual("one\n", self.guest.run("hostname").stdout)
        release = self.guest.run("uname -r").stdout.strip()
        self.assertEqual(self.guest.kernel.release, release)
        self.assertRegex(release, r"^6\.12\.")

    def test_names_are_unique(self) -> None:
        with self.assertRaisesRegex(RigError, "a machine one already"):
            self.rig.machine("one")
