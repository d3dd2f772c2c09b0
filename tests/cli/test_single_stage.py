"""`skald transcribe`, `diarize` and `classify`: planned, transcribed by a service, stood in for, as `process` does it."""

import json

import fake_services as fake
from program import CAN_CLASSIFY, LaterCase, skald
from test_plan import CARD, machine
from test_speech_service import KEY

STAGES = {"transcribe": ["decode", "listen", "transcribe"], "diarize": ["decode", "listen", "diarize"],
          "classify": ["classify"]}
SEGMENT = '{"text": "I draw my sword.", "speaker": "Hanna"}\n'


class SingleStage(LaterCase):
    def setUp(self):
        super().setUp()
        self.segments = self.folder / "segments.jsonl"
        self.segments.write_text(SEGMENT)

    def input_of(self, command):
        return self.segments if command == "classify" else self.reference.recording

    def run_stage(self, command, *more, **env):
        return skald(command, self.input_of(command), *more, home=self.home, cwd=self.folder, **env)

    def commands(self):
        return [c for c in STAGES if c != "classify" or CAN_CLASSIFY]

    def test_a_plan_of_their_own_stages_comes_first(self):
        for command in self.commands():
            with self.subTest(command):
                done = self.run_stage(command, "--progress", "json", SKALD_DEVICES=machine())
                self.assertEqual(done.status, 0, done)
                self.assertEqual(done.events[0]["event"], "plan")
                self.assertEqual([s["stage"] for s in done.events[0]["stages"]], STAGES[command])
                self.assertNotIn("GiB", done.out)
                told = self.run_stage(command, SKALD_DEVICES=machine())
                self.assertRegex(told.err, r"(?m)^Memory: \w+ needs most, .* available$")
                self.assertEqual(told.out, done.out)

    def test_what_cannot_fit_ends_before_it_starts(self):
        for command in self.commands():
            with self.subTest(command):
                done = self.run_stage(command, "--progress", "json", SKALD_DEVICES=machine("8 MiB", "16 MiB"))
                self.assertEqual((done.status, done.out), (1, ""), done)
                self.assertEqual([e["event"] for e in done.events], ["plan", "failed"])
                self.assertEqual(done.named("failed")[0]["code"], "OutOfMemory")

    def test_progress_is_that_of_their_own_stages(self):
        done = self.run_stage("transcribe", "--progress", "json", "--fresh")
        self.assertEqual(set(done.stages()), set(STAGES["transcribe"]))

    def service(self, **more):
        service = fake.OpenAi(key=KEY, **more)
        self.addCleanup(service.close)
        return service, {"GROQ_BASE_URL": service.url, "GROQ_API_KEY": KEY}

    def test_words_of_a_service(self):
        service, settings = self.service()
        done = self.run_stage("transcribe", "--transcriber", "groq", "--progress", "json", **settings)
        self.assertEqual(done.status, 0, done)
        self.assertTrue(done.out.startswith("Roll for initiative!"), done)
        self.assertEqual(done.events[0]["stages"][-1]["decision"], "elsewhere")
        calls = service.calls
        self.assertGreaterEqual(calls, 1)
        self.assertEqual(self.run_stage("transcribe", "--preset", "groq", **settings).out, done.out)
        self.assertEqual(service.calls, calls, "asked again for what was there")

    def test_the_recogniser_stands_in_and_is_not_taken_for_the_service(self):
        service, settings = self.service(plan={1: fake.error(404, "gone")})
        own = self.run_stage("transcribe").out
        done = self.run_stage("transcribe", "--transcriber", "groq", "--progress", "json", **settings)
        self.assertEqual((done.status, done.out), (3, own), done)
        [fallback] = done.named("fallback")
        self.assertRegex(fallback["text"], r"transcribe: \S*base instead of groq:whisper-large-v3-turbo")
        again = self.run_stage("transcribe", "--transcriber", "groq", **settings)
        self.assertEqual(again.status, 0, again)
        self.assertTrue(again.out.startswith("Roll for initiative!"), again)

    def test_a_backend_of_the_settings_that_is_not_there_is_told_in_its_own_stage_only(self):
        self.assertIn("fallback: transcribe", self.run_stage("transcribe", WHISPER_BACKEND="vosk").err)
        self.assertEqual(self.run_stage("transcribe", WHISPER_BACKEND="vosk").status, 3)
        self.assertEqual(self.run_stage("diarize", WHISPER_BACKEND="vosk").status, 0)

    def test_what_another_stage_needs_is_not_asked_for(self):
        done = self.run_stage("diarize", LLM_BACKEND="groq", WHISPER_BACKEND="openai", WHISPER_MODEL="no-such-model")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.run_stage("transcribe", WHISPER_BACKEND="openai").status, 2)

    def test_labels_are_planned_with_the_language_model(self):
        if not CAN_CLASSIFY:
            self.skipTest("worker_classify is not built")
        with fake.Ollama({"big": fake.Model(int(12.8 * fake.GIB), fails=fake.fails(500, fake.OUT_OF_MEMORY)),
                          "small": fake.Model(1 * fake.GIB)}) as server:
            done = self.run_stage("classify", "--classifier", "ollama", "--progress", "json", OLLAMA_BASE_URL=server.url,
                                  OLLAMA_MODEL="big", OLLAMA_FALLBACK_MODEL="small",
                                  SKALD_DEVICES=machine("4 GiB", "16 GiB", [CARD]))
        self.assertEqual(done.status, 3, done)
        [row] = done.events[0]["stages"]
        self.assertEqual((row["model"], row["decision"]), ("small", "falls back"))
        self.assertEqual(json.loads(done.out)["backend"], "ollama:small")
