# SPDX-License-Identifier: Apache-2.0
"""The monitor and the agent, with a QEMU that answers what the test says."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any, Callable

from rig.agent import Agent
from rig.errors import RigError
from rig.qmp import Monitor

Answers = Callable[[dict[str, Any]], list[bytes]]


class Peer(unittest.TestCase):
    """A server on a unix socket; answers gets each request and gives the lines to send."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name) / "socket"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        self.requests: list[str] = []

    def serve(self, greeting: bytes, answers: Answers) -> None:
        """Serve one connection after the other until the test ends."""
        thread = threading.Thread(target=self._accept, args=(greeting, answers))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.listener.shutdown, socket.SHUT_RDWR)

    def _accept(self, greeting: bytes, answers: Answers) -> None:
        try:
            while True:
                connection, _ = self.listener.accept()
                self._converse(connection, greeting, answers)
        except OSError:
            self.listener.close()

    def _converse(self, connection: socket.socket, greeting: bytes, answers: Answers) -> None:
        with connection, connection.makefile("rb") as lines:
            connection.sendall(greeting)
            for line in lines:
                request = json.loads(line.lstrip(b"\xff"))
                self.requests.append(request["execute"])
                replies = answers(request)
                connection.sendall(b"".join(reply + b"\n" for reply in replies))
                if not replies:
                    return


class MonitorTest(Peer):
    """qmp.Monitor"""

    def connect(self, answers: Answers) -> Monitor:
        """A monitor that has greeted."""
        self.serve(b'{"QMP": {}}\n', lambda request: [answer(request)]
                   if request["execute"] == "qmp_capabilities" else answers(request))
        monitor = Monitor(self.path)
        self.addCleanup(monitor.close)
        return monitor

    def test_events_and_late_answers_are_passed_over(self) -> None:
        monitor = self.connect(lambda request: [
            b'{"event": "STOP"}', b'{"return": {"late": 1}, "id": 0}', answer(request)])
        self.assertEqual({}, monitor.call("stop")["return"])
        self.assertEqual(["qmp_capabilities", "stop"], self.requests)

    def test_a_refusal_is_quoted(self) -> None:
        monitor = self.connect(lambda request: [json.dumps(
            {"error": {"desc": "no such link"}, "id": request["id"]}).encode()])
        with self.assertRaisesRegex(RigError, "refused set_link: no such link"):
            monitor.call("set_link", name="nic9", up=False)

    def test_the_end_of_qemu(self) -> None:
        monitor = self.connect(lambda request: [])
        with self.assertRaisesRegex(RigError, "closed the connection"):
            monitor.call("stop")


class AgentTest(Peer):
    """agent.Agent"""

    def agent(self, answers: Answers) -> Agent:
        """An agent; what an earlier conversation left comes before the answer to the sync."""
        def reply(request: dict[str, Any]) -> list[bytes]:
            if request["execute"] == "guest-sync-delimited":
                token = json.dumps({"return": request["arguments"]["id"]}).encode()
                return [b'{"return": {"pid": 1}}', b"\xff" + token]
            return answers(request)
        self.serve(b"", reply)
        agent = Agent(self.path)
        self.addCleanup(agent.close)
        return agent

    def test_one_conversation_for_all_requests(self) -> None:
        agent = self.agent(lambda request: [b'{"return": {"pid": 7}}'])
        agent.start(["/bin/true"])
        agent.start(["/bin/true"])
        self.assertEqual(["guest-sync-delimited", "guest-exec", "guest-exec"], self.requests)

    def test_a_refusal_is_quoted(self) -> None:
        agent = self.agent(lambda request: [b'{"error": {"desc": "no such program"}}'])
        with self.assertRaisesRegex(RigError, "refused guest-exec: no such program"):
            agent.start(["/nowhere"])

    def test_after_a_garbled_answer_a_new_conversation_begins(self) -> None:
        replies = [[b"{garbled"], [b'{"return": {"pid": 7}}']]
        agent = self.agent(lambda request: replies.pop(0))
        with self.assertRaises(ValueError):
            agent.start(["/bin/true"])
        agent.start(["/bin/true"])
        self.assertEqual(2, self.requests.count("guest-sync-delimited"))


def answer(request: dict[str, Any]) -> bytes:
    """An empty answer to a request."""
    return json.dumps({"return": {}, "id": request["id"]}).encode()


if __name__ == "__main__":
    unittest.main()
