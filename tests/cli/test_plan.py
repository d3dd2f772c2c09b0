"""`skald plan`, and the plan that a run begins with, on machines that SKALD_DEVICES describes."""

import json
import unittest
from pathlib import Path

import fake_services as fake
import program
from fake_services import GIB, Model


def machine(available="20 GiB", total="32 GiB", gpus=(), **host):
    return json.dumps({"gpus": list(gpus), "host": {"total": total, "available": available, **host}})


CARD = {"name": "RTX 3060", "total": "12 GiB", "holders": [{"pid": 812, "name": "ollama", "memory": "2.5 GiB"}]}


class PlanTest(program.HomeCase):
    def setUp(self):
        super().setUp()
        self.recording = program.write_wav(self.home / "evening.wav", bytes(2 * program.RATE))

    def plan(self, *options, devices):
        return program.skald("plan", self.recording, *options, home=self.home, SKALD_DEVICES=devices)

    def test_shows_a_table_and_runs_nothing(self):
        shown = self.plan(devices=machine(gpus=[CARD]))
        self.assertEqual(shown.status, 0, shown)
        for text in ["RTX 3060", "9.5 GiB of 12.0 GiB free", "ollama (pid 812) holds 2.5 GiB", "whisper-base",
                     "needed", "available", "decision", "reason"]:
            self.assertIn(text, shown.out)
        self.assertEqual({p.name for p in self.home.iterdir()} - {"evening.wav"}, set())

    def test_json_says_the_same(self):
        shown = self.plan("--json", devices=machine())
        told = json.loads(shown.out)
        self.assertTrue(told["possible"])
        self.assertEqual([s["stage"] for s in told["stages"]], ["decode", "listen", "diarize", "transcribe", "classify"])
        for stage in told["stages"]:
            self.assertGreater(stage["needed"], 0)
            self.assertEqual(stage["decision"], "fits")

    def test_too_little_for_anything_is_status_1(self):
        shown = self.plan(devices=machine("400 MiB", "512 MiB"))
        self.assertEqual(shown.status, 1, shown)
        self.assertIn("impossible", shown.out)

    def test_memory_limit_counts(self):
        shown = self.plan("--memory-limit", "300M", devices=machine())
        self.assertEqual(shown.status, 1, shown)
        self.assertIn("--memory-limit", shown.out)

    def ollama(self, **models):
        server = fake.Ollama(models)
        self.addCleanup(server.close)
        return {"OLLAMA_BASE_URL": server.url, "OLLAMA_MODEL": "big", "OLLAMA_FALLBACK_MODEL": "small"}

    def test_ollama_is_asked_for_its_models(self):
        settings = self.ollama(big=Model(int(12.8 * GIB)), small=Model(1 * GIB))
        devices = machine("4 GiB", "16 GiB", [CARD])
        shown = program.skald("plan", self.recording, "--classifier", "ollama", home=self.home, SKALD_DEVICES=devices,
                              **settings)
        self.assertEqual(shown.status, 0, shown)
        self.assertRegex(shown.out, r"classify +ollama +small +cuda:0 .* falls back")
        self.assertRegex(shown.out, r"big +1[3-9]\.\d GiB  does not fit")
        self.assertRegex(shown.out, r"small +[\d.]+ [MG]iB  fits now")

    def test_ollama_that_is_away_is_told(self):
        shown = program.skald("plan", self.recording, "--classifier", "ollama", home=self.home, SKALD_DEVICES=machine(),
                              OLLAMA_BASE_URL="http://127.0.0.1:9")
        self.assertEqual(shown.status, 0, shown)
        self.assertIn("http://127.0.0.1:9", shown.out)
        self.assertIn("the embedded classifier instead", shown.out)

    def test_presets_choose_backends(self):
        settings = self.ollama(big=Model(4 * GIB), small=Model(1 * GIB))
        for preset, model, device in [("local", "small", "cuda:0"), ("cpu", "big", "cpu"), ("low-memory", "small", "cuda:0")]:
            shown = program.skald("plan", self.recording, "--preset", preset, "--json", home=self.home,
                                  SKALD_DEVICES=machine(gpus=[CARD]), **settings)
            classify = json.loads(shown.out)["stages"][-1]
            self.assertEqual((classify["backend"], classify["model"], classify["device"]), ("ollama", model, device), preset)
        shown = program.skald("plan", self.recording, "--preset", "mixed", "--json", home=self.home,
                              GROQ_API_KEY="gsk_canary_0123456789", SKALD_DEVICES=machine())
        self.assertEqual(json.loads(shown.out)["stages"][-1]["decision"], "elsewhere")
        shown = program.skald("plan", self.recording, "--preset", "local", "--json", home=self.home, SKALD_DEVICES=machine())
        self.assertEqual(json.loads(shown.out)["stages"][-1]["backend"], "e5")

    @unittest.skipUnless(program.CAN_CLASSIFY, "worker_classify is not built")
    def test_the_case_of_the_troubleshooting_guide(self):
        """12 GiB card, 9.3 GiB available, a model of 12.8 GiB: said before the start, and the run labels everything."""
        reference = program.reference()
        home = reference.copy_home(self.home / "home")
        settings = self.ollama(big=Model(int(12.8 * GIB), fails=fake.fails(500, fake.OUT_OF_MEMORY)), small=Model(1 * GIB))
        card = {"total": "12 GiB", "holders": [{"pid": 4242, "name": "python", "memory": "2.7 GiB"}]}
        run = program.process(reference.recording, self.home / "out", "--classifier", "ollama", home=home,
                              SKALD_DEVICES=machine("9.3 GiB", "16 GiB", [card]), **settings)
        self.assertEqual(run.status, 3, run)
        plan = run.events[0]
        self.assertEqual(plan["event"], "plan")
        told = plan["stages"][-1]["reason"]
        self.assertRegex(told, r"big \(context \d+\) needs 1[2-9]\.\d GiB of cuda:0, 8\.8 GiB are available")
        self.assertIn("python", json.dumps(plan["gpus"]))
        self.assertIn("12.8 GiB", run.err)
        [classified] = run.folder().glob("*_classified.json")
        segments = json.loads(classified.read_text())["segments"]
        self.assertGreater(len(segments), 0)
        self.assertTrue(all(s["classification"] in ("IC", "OOC", "MIXED") for s in segments))
        self.assertIn("ollama:small", run.err)

    def test_wrong_use_is_status_2(self):
        self.assertEqual(program.skald("plan", home=self.home).status, 2)
        self.assertEqual(program.skald("plan", self.home / "missing.wav", home=self.home).status, 2)
        for devices, told in [("{", "SKALD_DEVICES"), ('{"gpu": []}', "'gpu' is not known"),
                              (str(self.home / "missing.json"), "missing.json")]:
            shown = self.plan(devices=devices)
            self.assertEqual(shown.status, 2, shown)
            self.assertIn(told, shown.err)

    def test_a_run_begins_with_its_plan(self):
        run = program.process(self.recording, self.home / "out", "--until", "decode", home=self.home,
                              SKALD_DEVICES=machine())
        self.assertEqual(run.status, 0, run)
        first = run.events[0]
        self.assertEqual((first["event"], first["possible"]), ("plan", True))

    def test_a_run_that_cannot_fit_ends_before_it_starts(self):
        run = program.process(self.recording, self.home / "out", home=self.home, SKALD_DEVICES=machine("400 MiB", "512 MiB"))
        self.assertEqual(run.status, 1, run)
        self.assertEqual([e["event"] for e in run.events], ["plan", "failed"])
        self.assertEqual(run.named("failed")[0]["code"], "OutOfMemory")
        self.assertFalse((self.home / "artifacts").exists() and any((self.home / "artifacts").iterdir()))

    def test_quiet_runs_show_no_plan(self):
        run = program.skald("process", self.recording, "--output", self.home / "out", "--until", "decode",
                            "--progress", "none", home=self.home, SKALD_DEVICES=machine())
        self.assertEqual((run.status, run.err.count("Memory:")), (0, 0), run)


if __name__ == "__main__":
    unittest.main()
