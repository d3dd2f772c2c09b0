"""Kill -9 of the server at random moments, in uploads, runs and corrections: nothing that was answered is lost.

SKALD_KILLS: how many of each, where fewer are not enough (bench/server/kills.py).
"""

import hashlib
import http.client
import os
import random
import sqlite3
import subprocess
import threading
import unittest
from pathlib import Path

from serving import Serving
from test_jobs import Queue, children, is_alive

from program import Case, HomeCase, LaterCase

KILLS_IN_UPLOADS = int(os.environ.get("SKALD_KILLS", 30))
KILLS_IN_RUNS = int(os.environ.get("SKALD_KILLS", 20))
KILLS_IN_CORRECTIONS = int(os.environ.get("SKALD_KILLS", 12))
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


class Corrections(Killed, LaterCase):
    def setUp(self):
        super().setUp()
        with sqlite3.connect(self.home / "skald.db") as database:  # the results were made in another folder
            database.execute("UPDATE run SET directory=?", (str(self.reference.results),))

    def correct_until_killed(self, server, session, revision):
        """Gives a segment another text again and again; what was answered last goes to self.answered."""
        try:
            while True:
                self.number += 1
                path = f"/api/v1/sessions/{session}/edits"
                edit = {"op": "text", "segment": self.segment, "text": f"Words of correction {self.number}."}
                said = server.send_json("POST", path, {"revision": revision, "edits": [edit]})
                if said.status != 200:
                    self.refused.append(said)
                    return
                revision = said.json()["revision"]
                self.answered = (revision, edit["text"])
        except (OSError, http.client.HTTPException):
            pass

    def test_what_was_answered_is_there(self):
        randomly = random.Random(13)
        self.refused, self.number = [], 0
        self.server = self.serve()
        [session] = [s["id"] for s in self.server.get("/api/v1/sessions").json()["sessions"]]
        review = f"/api/v1/sessions/{session}/review"
        first = self.server.get(review).json()
        self.segment = first["segments"][0]["id"]
        steps = 0
        for _ in range(KILLS_IN_CORRECTIONS):
            told = self.server.get(review).json()
            self.answered = (told["revision"], told["segments"][0]["text"])
            sender = threading.Thread(target=self.correct_until_killed, args=(self.server, session, told["revision"]))
            sender.start()
            wait_and_kill(self.server, randomly.uniform(0, 0.5))
            sender.join()
            self.server = self.serve()
            told = self.server.get(review).json()
            # The answer to the last step may have been lost on its way: then that one holds, whole.
            if told["revision"] != self.answered[0]:
                self.answered = (told["revision"], f"Words of correction {self.number}.")
            self.assertEqual((told["revision"], told["segments"][0]["text"]), self.answered)
            history = self.server.get(f"/api/v1/sessions/{session}/history").json()["edits"]
            self.assertGreaterEqual(len(history), steps)
            steps = len(history)
        self.assertEqual(self.refused, [])
        self.assertEqual(len(told["segments"]), len(first["segments"]))
        self.assertEqual(told["edits"], steps)
        self.assert_database_whole()


if __name__ == "__main__":
    unittest.main()
