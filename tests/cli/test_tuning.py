"""What was measured of a speech model on this machine is kept, used, and part of what explains a result."""

import json
import sqlite3
import tempfile
import unittest
from pathlib import Path

import program


class Tuning(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.reference = program.reference()

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def database(self, home, question, *values):
        database = sqlite3.connect(home / "skald.db")
        with database:
            found = database.execute(question, values).fetchall()
        database.close()
        return found

    def kept(self, home):
        [(answer,)] = self.database(home, "SELECT value FROM fact WHERE name LIKE 'tuning:%'")
        return json.loads(answer)

    # Another choice than the one that was measured.
    def turn_over(self, home):
        answer = self.kept(home)
        answer["precision"] = "f32" if answer["precision"] == "bf16" else "bf16"
        self.database(home, "UPDATE fact SET value=? WHERE name LIKE 'tuning:%'", json.dumps(answer))
        return answer["precision"]

    def precisions(self, home):
        rows = self.database(home, "SELECT made_from FROM artifact WHERE stage='transcribe'")
        return sorted(json.loads(made)["parameters"]["precision"] for (made,) in rows)

    def transcribe(self, home, *more):
        done = program.skald("transcribe", self.reference.short, "--language", "en", "--progress", "json", *more, home=home)
        self.assertEqual(done.status, 0, done)
        return done

    def measuring(self, done):
        return [e["text"] for e in done.named("note") if e["text"].startswith("Measuring")]

    def test_measured_at_the_first_use_only(self):
        home = self.folder / "home"
        home.mkdir()
        self.assertEqual(len(self.measuring(self.transcribe(home))), 1)
        first = self.kept(home)
        self.assertEqual(self.precisions(home), [first["precision"]])
        for more in [(), ("--fresh",), ("--threads", "1")]:
            self.assertEqual(self.measuring(self.transcribe(home, *more)), [], more)
        self.assertEqual(self.precisions(home), [first["precision"]], "threads or --fresh made another artifact")
        done = program.skald("models", "tune", "base", home=home)
        self.assertEqual(done.status, 0, done)
        self.assertEqual(json.loads(done.out), self.kept(home))
        self.assertEqual(program.skald("models", "tune", "none", home=home).status, 2)

    def test_a_run_that_was_cut_keeps_its_choice(self):
        home = self.reference.new_home(self.folder / "home")
        arguments = program.process_arguments(self.reference.recording, self.folder / "output")
        run = program.Running(*arguments, home=home)
        self.addCleanup(run.stop)
        before = self.kept(home)["precision"]
        self.assertIsNotNone(run.wait_for_worker("transcribe"), "the run ended before")
        run.process.kill()
        run.outcome()
        other = self.turn_over(home)
        done = program.skald(*arguments, home=home)
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.precisions(home), [before])
        wanted = program.read_tree(self.reference.results)
        self.assertEqual(program.read_tree(done.folder()), wanted)
        # A new run takes what is kept now.
        self.assertEqual(program.skald(*arguments, home=home).status, 0)
        self.assertEqual(self.precisions(home), sorted([before, other]))

    def test_killed_while_measuring(self):
        home = self.folder / "home"
        home.mkdir()
        arguments = ["transcribe", self.reference.short, "--language", "en", "--progress", "json"]
        run = program.Running(*arguments, home=home)
        self.addCleanup(run.stop)
        while not run.wait(0.02):
            if any(e["event"] == "note" and e["text"].startswith("Measuring") for e in run.events()):
                break
        run.process.kill()
        run.outcome()
        self.assertEqual(self.database(home, "SELECT value FROM fact WHERE name LIKE 'tuning:%'"), [])
        done = self.transcribe(home)
        self.assertEqual(len(self.measuring(done)), 1)
        self.assertTrue(self.kept(home)["precision"])


if __name__ == "__main__":
    unittest.main()
