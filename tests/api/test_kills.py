"""Kill -9 of the server at random moments, fifty times, in uploads and in runs: nothing that was answered is lost."""

import hashlib
import http.client
import random
import sqlite3
import subprocess
import threading
import unittest
from pathlib import Path

from serving import Serving
from test_jobs import Queue, children, is_alive

from program import Case, HomeCase

KILLS_IN_UPLOADS = 30
KILLS_IN_RUNS = 20
KILLS_A_RUN = 7  # then it may come to its end


def wait_and_kill(server, seconds):
    """Lets the server live for so long, then kills it."""
    try:
        server.process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    server.kill()


class Killed(Queue):
    def assert_database_whole(self):
        with sqlite3.connect(self.home / "skald.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])


class Uploads(Killed, HomeCase):
    PIECE = 40_000

    def send_until_killed(self, server, upload, offset):
        """Sends piece after piece; the last offset that was answered goes to self.answered."""
        try:
            while offset < len(self.content):
                sent = server.send_piece(upload, offset, self.content[offset:offset + self.PIECE])
                if sent.status != 200:
                    self.refused.append(sent)
                    return
                self.answered = offset = sent.json()["offset"]
        except (OSError, http.client.HTTPException):
            pass

    def test_what_was_answered_is_there(self):
        randomly = random.Random(11)
        self.content = randomly.randbytes(4_000_000)
        self.refused = []
        kills = uploads = 0
        self.server = self.serve()
        while kills < KILLS_IN_UPLOADS:
            begun = self.server.send_json("POST", "/api/v1/uploads", {"name": "a.wav", "size": len(self.content)}).json()
            upload, self.answered, uploads = begun["id"], 0, uploads + 1
            while self.answered < len(self.content):
                sender = threading.Thread(target=self.send_until_killed, args=(self.server, upload, self.answered))
                sender.start()
                wait_and_kill(self.server, randomly.uniform(0, 0.3))
                sender.join()
                kills += 1
                self.server = self.serve()
                told = self.server.get(f"/api/v1/uploads/{upload}").json()
                # The answer to the last piece may have been lost on its way.
                self.assertIn(told["offset"] - self.answered, (0, min(self.PIECE, len(self.content) - self.answered)))
                self.assertEqual(told["size"], len(self.content))
                self.answered = told["offset"]
            file = self.home / "uploads" / str(upload)
            self.assertEqual(hashlib.sha256(file.read_bytes()).digest(), hashlib.sha256(self.content).digest())
        self.assertEqual(self.refused, [])
        self.assertEqual(len(self.server.get("/api/v1/uploads").json()["uploads"]), uploads)
        self.assert_database_whole()


class Runs(Killed, Case):
    def test_a_run_goes_on_and_makes_the_same_files(self):
        randomly = random.Random(12)
        kills, number = 0, 0
        self.server = self.serve()
        while kills < KILLS_IN_RUNS:
            number += 1
            home = self.home = self.make_home(self.folder / f"home {number}")
            self.server.stop()
            self.server = self.serve()
            job = self.add(**self.recording())["id"]
            for _ in range(KILLS_A_RUN):
                state = self.job(job)["state"]
                self.assertIn(state, ("waiting", "running", "finished"))
                if state == "finished" or kills == KILLS_IN_RUNS:
                    break
                wait_and_kill(self.server, randomly.uniform(0, 4))
                kills += 1
                self.server = self.serve()
            self.assertEqual(self.until_over(job)["state"], "finished")
            # A run that had finished when the server was killed, but was not noted, is followed by another one.
            folders = list((home / "results").iterdir())
            self.assertIn(Path(self.job(job)["results"]), folders)
            for results in folders:
                self.assert_equals_reference(results)
            self.assert_database_whole()

    def test_nothing_of_a_killed_server_works_on(self):
        self.server = self.serve()
        job = self.add(**self.recording())["id"]
        self.until_works(job, "listen")
        below = children(self.server.process.pid)
        self.assertTrue(below)
        self.server.kill()
        self.server = self.serve()
        # The next run begins only when all of the first one has ended.
        self.until_works(job, "listen")
        self.assertFalse([pid for pid in below if is_alive(pid)])


if __name__ == "__main__":
    unittest.main()
