"""Transcription on a card that SKALD_DEVICES describes: CUDA really is asked, and really has no driver here.

Where this machine has NVIDIA's driver, CUDA would work: these tests are for machines without one.
"""

import ctypes
import fcntl
import json
import unittest
from pathlib import Path

import program

CARD = json.dumps({"gpus": [{"name": "Test card", "total": "12 GiB"}], "host": {"total": "32 GiB", "available": "20 GiB"}})
NO_CARD = json.dumps({"gpus": [], "host": {"total": "32 GiB", "available": "20 GiB"}})


def has_driver():
    try:
        ctypes.CDLL("libcuda.so.1")
        return True
    except OSError:
        return False


@unittest.skipIf(has_driver(), "this machine has NVIDIA's driver")
class CardTest(program.HomeCase):
    def setUp(self):
        super().setUp()
        self.reference = program.reference()

    def process(self, *options, devices=CARD, **settings):
        home = self.home / "home"
        if not home.exists():
            self.reference.copy_home(home)
        return program.process(self.reference.recording, self.home / "out", *options, home=home, SKALD_DEVICES=devices,
                               OLLAMA_BASE_URL="http://127.0.0.1:9", **settings)

    def segments(self, run):
        [classified] = run.folder().glob("*_classified.json")
        return json.loads(classified.read_text())["segments"]

    def test_a_card_that_fails_leaves_the_cpu_with_every_segment(self):
        run = self.process()
        self.assertEqual(run.status, 3, run)
        self.assertIn("there is no NVIDIA driver", run.err)
        self.assertIn("next: on the CPU", run.err)
        self.assertIn("whisper-base (cpu) instead of whisper-base (float16, cuda:0)", run.err)
        plan = run.named("plan")[0]
        [transcribe] = [s for s in plan["stages"] if s["stage"] == "transcribe"]
        self.assertEqual((transcribe["device"], transcribe["decision"]), ("cuda:0", "fits"))
        segments = self.segments(run)
        self.assertGreater(len(segments), 0)
        self.assertTrue(all(s["text"].strip() for s in segments))
        # The result of the CPU is the one that a run without a card has made: same key, not made again.
        self.assertTrue(run.stages()["transcribe"], run)
        [data] = run.folder().glob("*_data.json")
        self.assertIn("NVIDIA driver", data.read_text())
        # What stood in is not kept as what was wished: the next run tries the card again.
        again = self.process()
        self.assertEqual(again.status, 3, again)
        self.assertIn("there is no NVIDIA driver", again.err)

    def test_another_run_has_the_card(self):
        home = self.reference.copy_home(self.home / "home")
        with open(home / "locks" / "card-cuda-0", "w") as lock:
            lock.write("pid 99, session of the other")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            run = self.process()
        self.assertEqual(run.status, 3, run)
        self.assertIn("cuda:0 is used by Skald (pid 99, session of the other)", run.err)
        self.assertNotIn("NVIDIA driver", run.err)
        self.assertGreater(len(self.segments(run)), 0)

    def test_a_full_card_is_not_asked(self):
        full = json.loads(CARD)
        full["gpus"][0]["holders"] = [{"pid": 812, "name": "game", "memory": "11.5 GiB"}]
        run = self.process(devices=json.dumps(full))
        self.assertEqual(run.status, 3, run)
        self.assertNotIn("NVIDIA driver", run.err)
        self.assertIn("whisper-base (cpu) instead of whisper-base (float16, cuda:0)", run.err)

    def test_a_card_without_float16_is_asked_in_float32(self):
        old = json.loads(CARD)
        old["gpus"][0]["compute"] = "6.1"
        run = self.process(devices=json.dumps(old))
        self.assertIn("whisper-base (cpu) instead of whisper-base (float32, cuda:0)", run.err)

    def test_a_card_that_cuda_does_not_see_is_not_asked(self):
        run = self.process(CUDA_VISIBLE_DEVICES="")
        self.assertEqual(run.status, 0, run)
        self.assertIn("CUDA_VISIBLE_DEVICES='' hides every card", run.err)

    def test_the_cpu_can_be_asked_for(self):
        for options in (["--device", "cpu"], ["--preset", "cpu", "--classifier", "e5"]):
            run = self.process(*options)
            self.assertEqual(run.status, 0, run)
            self.assertTrue(run.stages()["transcribe"], run)

    def test_a_card_that_is_asked_for_and_not_there_is_an_error(self):
        run = self.process("--device", "cuda", devices=NO_CARD)
        self.assertEqual(run.status, 1, run)
        self.assertIn("--device cuda: there is no card", run.err)
        self.assertEqual(list(self.home.glob("out/*")), [])
        shown = program.skald("plan", self.reference.recording, "--device", "cuda", home=self.home, SKALD_DEVICES=NO_CARD)
        self.assertEqual(shown.status, 1, shown)
        self.assertRegex(shown.out, r"transcribe .* impossible +there is no card")

    def test_low_memory_takes_one_chunk_at_a_time(self):
        shown = {}
        for preset in ([], ["--preset", "low-memory"]):
            plan = program.skald("plan", self.reference.recording, "--json", *preset, home=self.home, SKALD_DEVICES=CARD,
                                 OLLAMA_BASE_URL="http://127.0.0.1:9")
            [row] = [s for s in json.loads(plan.out)["stages"] if s["stage"] == "transcribe"]
            self.assertEqual(row["device"], "cuda:0", row)
            shown[bool(preset)] = row["needed"]
        self.assertLess(shown[True], shown[False])


if __name__ == "__main__":
    unittest.main()
