# SPDX-License-Identifier: Apache-2.0
"""Which directories of earlier runs are removed."""

from __future__ import annotations

import os
import signal
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from rig import cleanup


class Directories(unittest.TestCase):
    """cleanup.sweep and cleanup.RunDirectory"""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.base = Path(directory.name)
        patch = mock.patch.object(tempfile, "tempdir", directory.name)
        patch.start()
        self.addCleanup(patch.stop)

    def test_a_directory_in_use_stays_until_its_end(self) -> None:
        run = cleanup.RunDirectory()
        self.assertEqual([], cleanup.sweep())
        self.assertTrue(run.path.exists())
        run.remove()
        self.assertEqual([], list(self.base.iterdir()))

    def test_a_directory_of_a_killed_run_goes(self) -> None:
        run = cleanup.RunDirectory()
        run.lock.close()  # as the kernel does when a process dies
        self.assertEqual([run.path], cleanup.sweep())
        self.assertFalse(run.path.exists())

    def test_directories_of_others_stay(self) -> None:
        (self.base / "somebody-else").mkdir()
        self.assertEqual([], cleanup.sweep())
        self.assertTrue((self.base / "somebody-else").exists())


class Signals(unittest.TestCase):
    """cleanup.exit_on_signals"""

    def setUp(self) -> None:
        for number in cleanup.ENDING_SIGNALS:
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        cleanup.exit_on_signals()

    def test_every_ending_signal_unwinds(self) -> None:
        for number in cleanup.ENDING_SIGNALS:
            with self.assertRaises(cleanup.Terminated) as caught:
                os.kill(os.getpid(), number)
            self.assertEqual(number, caught.exception.number)

    def test_cleaning_up_is_not_disturbed(self) -> None:
        done = []
        with self.assertRaises(cleanup.Terminated):
            with cleanup.undisturbed():
                os.kill(os.getpid(), signal.SIGTERM)
                done.append("all of it")
        self.assertEqual(["all of it"], done)


if __name__ == "__main__":
    unittest.main()
