"""Runs that are killed or cancelled go on where they were, and end with the same files, byte for byte."""

import os
import random
import select
import signal
import sqlite3
import time
import unittest
from collections import Counter

import program

KILLS = 50
KILLS_A_RUN = 10  # then it may come to its end


class Interrupted(program.Case):
    def new_home(self, name):
        self.output = self.folder / name / "output"
        home = self.reference.new_home(self.folder / name / "home")
        self.arguments = program.process_arguments(self.reference.recording, self.output)
        return home

    def start(self, home):
        run = program.Running(*self.arguments, home=home)
        self.addCleanup(run.stop)
        return run

    # The same files as those of the uninterrupted run, once, and nothing half done beside them.
    def assert_complete(self, done, home):
        self.assertEqual(done.status, 0, done)
        folders = list(self.output.iterdir())
        self.assertIn(done.folder(), folders)
        for folder in folders:
            self.assert_equals_reference(folder)
        self.assertEqual(list((home / "work").iterdir()), [], "unfinished work was left")
        with sqlite3.connect(home / "skald.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            recorded = [directory for [directory] in database.execute("SELECT directory FROM artifact")]
            made = [str(folder.relative_to(home)) for folder in home.glob("artifacts/*/*")]
            self.assertEqual(sorted(made), sorted(recorded), "an artifact that nobody knows of was left")
            self.assertEqual(database.execute("SELECT count(*) FROM run WHERE state<>'finished'").fetchone(), (0,))
            # A run that is killed when it has finished, but not yet ended, is followed by another run.
            self.assertEqual(database.execute("SELECT count(*) FROM run").fetchone(), (len(folders),))
        database.close()

    # Kills a process of the run at each planned place: a stage, and seconds after it was seen at work. Returns the
    # stages in which processes died, and the run that is at work at last.
    def kill_often(self, home, chance, plan):
        stages = []
        run = self.start(home)
        for stage, delay in plan:
            run.wait_for(stage)
            if run.wait(delay):
                break
            victim, place = chance.choice(run.tree()), run.stage()
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
            stages.append(place)
            # A worker that dies for the second time ends the run.
            if victim == run.process.pid or run.wait(0.05):
                run.outcome()
                run = self.start(home)
        return stages, run

    def test_killed_at_fifty_moments(self):
        chance = random.Random(20)
        seconds = {e["stage"]: e["seconds"] for e in self.reference.outcome.named("stage_done")}
        order = list(seconds)
        stages = Counter()
        rounds = 0
        while stages.total() < KILLS:
            rounds += 1
            home = self.new_home(f"round-{rounds}")
            places = sorted(chance.choices(order, k=KILLS_A_RUN), key=order.index)
            killed, run = self.kill_often(home, chance, [(p, chance.uniform(0, seconds[p])) for p in places])
            stages.update(killed)
            done = run.outcome()
            while done.status == 1 and "WorkerDied" in done.err:  # the last kill was a worker's second
                done = self.start(home).outcome()
            self.assert_complete(done, home)
        print(f"{stages.total()} kills in {rounds} runs: {dict(stages)}")
        self.assertGreaterEqual(len(stages), 4, "the moments were not spread over the stages")

    def test_ctrl_c_in_each_long_stage(self):
        for stage in ["listen", "transcribe"]:
            with self.subTest(stage=stage):
                home = self.new_home(stage)
                run = self.start(home)
                self.assertTrue(run.wait_for(stage), "the run ended before the stage")
                started = time.monotonic()
                os.killpg(run.process.pid, signal.SIGINT)  # a terminal tells the whole group
                self.assertTrue(run.wait(30), "Ctrl-C did not end the run")
                print(f"Ctrl-C in {stage}: ended after {time.monotonic() - started:.2f} s")
                done = run.outcome()
                self.assertEqual((done.status, done.out), (130, ""), done)
                self.assertIn("What was done is kept; run the same command again to go on.", done.err)
                self.assertFalse(self.output.exists() and list(self.output.iterdir()))
                done = self.start(home).outcome()
                self.assertTrue(done.stages()["decode"], "decoding was done again")
                self.assertIn("going on with the run", done.named("note")[0]["text"])
                self.assert_complete(done, home)

    def test_terminated(self):
        home = self.new_home("terminated")
        run = self.start(home)
        self.assertTrue(run.wait_for("listen"))
        run.process.terminate()
        self.assertEqual(run.outcome().status, 130)
        self.assert_complete(self.start(home).outcome(), home)

    def test_a_worker_that_dies_is_started_again(self):
        home = self.new_home("worker")
        run = self.start(home)
        worker = run.wait_for_worker("transcribe")
        self.assertIsNotNone(worker, "the run ended before")
        os.kill(worker, signal.SIGKILL)
        done = run.outcome()
        self.assertIn("starting it once more", done.named("warning")[0]["text"])
        self.assert_complete(done, home)

    def test_workers_end_with_the_program(self):
        home = self.new_home("alone")
        run = self.start(home)
        worker = run.wait_for_worker("listen")
        self.assertIsNotNone(worker, "the run ended before")
        watch = os.pidfd_open(worker)
        self.addCleanup(os.close, watch)
        run.process.kill()
        run.outcome()
        ended, _, _ = select.select([watch], [], [], 30)
        self.assertTrue(ended, "a worker outlived the program")


if __name__ == "__main__":
    unittest.main()
