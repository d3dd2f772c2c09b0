"""Transcription by a service: its words in the results, and the machine's own recogniser where it fails."""

import json

import fake_services as fake
from program import Case, read_tree, skald

KEY = "gsk_canary_0123456789abcdef"


class SpeechService(Case):
    def run_with(self, service, *more, **env):
        return skald("process", self.reference.recording, "--transcriber", "groq", "--skip", "classification,snippets",
                     "--progress", "json", "--output", self.folder / "output", *more, home=self.home, cwd=self.folder,
                     GROQ_BASE_URL=service.url, GROQ_API_KEY=KEY, **env)

    def words(self, done):
        [data] = done.folder().glob("*_data.json")
        return [w["word"].strip() for s in json.loads(data.read_text())["segments"] for w in s["words"]]

    def test_words_of_the_service(self):
        with fake.OpenAi(key=KEY) as service:
            done = self.run_with(service)
            self.assertEqual(done.status, 0, done)
            self.assertEqual(self.words(done)[:3], ["Roll", "for", "initiative!"])
            self.assertGreaterEqual(service.calls, 1)
            self.assertIn(b"fLaC", service.requests[0])
            calls = service.calls
            again = self.run_with(service)
            self.assertEqual(again.status, 0, again)
            self.assertEqual(service.calls, calls, "asked again for what was there")

    def test_the_recogniser_stands_in(self):
        for reason, plan in {"wrong key": fake.error(401, f"Invalid API Key {KEY}"),
                             "busy": fake.error(429, "Rate limit reached", [("retry-after", "40000")]),
                             "no such address": fake.error(404, "Unknown request URL")}.items():
            with self.subTest(reason), fake.OpenAi(plan={None: plan}) as service:
                done = self.run_with(service)
                self.assertEqual(done.status, 3, done)
                self.assertTrue(self.words(done))
                self.assertNotIn("Roll for initiative", " ".join(self.words(done)))
                [data] = done.folder().glob("*_data.json")
                self.assertIn("groq", json.dumps(json.loads(data.read_text())["metadata"]))
                kept = b"".join(read_tree(self.home).values()) + done.err.encode() + done.out.encode()
                self.assertNotIn(KEY.encode(), kept)

    def test_upgrade_asks_again(self):
        with fake.OpenAi(plan={1: fake.error(404, "gone")}) as service:
            none = self.run_with(service, "--upgrade")
            self.assertEqual(none.status, 2, none)
            self.assertEqual(self.run_with(service).status, 3)
            better = self.run_with(service, "--upgrade")
            self.assertEqual(better.status, 0, better)
            self.assertIn("initiative!", self.words(better))

    def test_without_a_key_nothing_starts(self):
        with fake.OpenAi() as service:
            done = skald("process", self.reference.recording, "--transcriber", "groq", "--output",
                         self.folder / "output", home=self.home, cwd=self.folder, GROQ_BASE_URL=service.url)
            self.assertEqual(done.status, 2, done)
            self.assertIn("GROQ_API_KEY", done.err)
            self.assertEqual(service.calls, 0)
