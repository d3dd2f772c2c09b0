"""`skald classify` with a real OpenAI-compatible server, llama.cpp's own, and a real, very small model.

What it labels is not judged, a model of this size cannot tell; that every answer and every failure is understood, and that
every segment has a label in the end, is. Where the server is in the cache: `make llama-test` fetches it.
"""

import json
import unittest

import fake_services as fake
import llama_server
import program
from llama_server import LlamaServer
from test_every_segment import LINES, SMALL_MACHINE

KEY = "sk-canary-of-these-tests"
E5 = "e5"


@unittest.skipIf(llama_server.why_missing(), llama_server.why_missing())
@unittest.skipUnless(program.CAN_CLASSIFY, "worker_classify is not built")
class LlamaServerTest(program.HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = LlamaServer()
        cls.addClassCleanup(cls.server.kill)

    def setUp(self):
        super().setUp()
        self.segments = self.home / "segments.jsonl"
        self.segments.write_text("".join(json.dumps({"text": line, "speaker": ["Hanna", "Bram"][i % 2]}) + "\n"
                                         for i, line in enumerate(LINES)))

    def classify(self, url, **settings):
        done = program.skald("classify", self.segments, "--classifier", "compatible", home=self.home, LLM_BASE_URL=f"{url}/v1",
                             SKALD_DEVICES=json.dumps(SMALL_MACHINE), **settings)
        self.assertIn(done.status, (0, 3), done)
        self.assertNotIn(KEY, done.out + done.err)
        labels = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(labels), len(LINES), done)
        for label in labels:
            self.assertIn(label["classification"], ("IC", "OOC", "MIXED"))
        self.by = {label["backend"] for label in labels}
        # The report is true: status 3 and words exactly where the model did not label everything.
        self.assertEqual(done.status, 0 if self.by == {"compatible"} else 3, done)
        self.assertEqual("instead of" in done.err, done.status == 3, done)
        return done

    def through(self, **how):
        """Between Skald and the server, so that its questions are counted: a service that passes them on."""
        relay = fake.OpenAi(models=[llama_server.NAME], plan={None: fake.passes_on(self.server.url, **how)})
        self.addCleanup(relay.close)
        return relay

    def forms(self, relay):
        return [request.get("response_format", {}).get("type", "text") for request in relay.requests]

    def test_a_schema_brings_a_label_for_every_segment_at_once(self):
        relay = self.through()
        done = self.classify(relay.url.removesuffix("/v1"))
        self.assertEqual(self.by, {"compatible"}, done)
        self.assertEqual(self.forms(relay), ["json_schema"], "the schema leaves no id out")
        self.assertEqual(done.out.count("from the probabilities of its labels"), len(LINES), done)

    def test_its_key_and_its_list_of_models(self):
        locked = LlamaServer(key=KEY)
        self.addCleanup(locked.kill)
        done = self.classify(locked.url, LLM_API_KEY="sk-another", LLM_MODEL=llama_server.NAME)
        self.assertEqual(self.by, {E5}, done)
        self.assertIn("401", done.err)
        self.classify(locked.url, LLM_API_KEY=KEY)
        self.assertEqual(self.by, {"compatible"})

    def test_a_server_without_schemas_is_asked_for_json(self):
        relay = self.through(refuses=["json_schema"])
        done = self.classify(relay.url.removesuffix("/v1"))
        self.assertLessEqual(self.by, {"compatible", E5}, done)
        forms = self.forms(relay)
        self.assertEqual(forms[0], "json_schema")
        self.assertEqual(set(forms[1:]), {"json_object"}, "asked in that form from then on")

    def test_a_server_without_forms_of_answer_is_asked_in_words(self):
        relay = self.through(refuses=["json_schema", "json_object"])
        done = self.classify(relay.url.removesuffix("/v1"))
        self.assertLessEqual(self.by, {"compatible", E5}, done)
        forms = self.forms(relay)
        self.assertEqual(forms[:2], ["json_schema", "json_object"])
        self.assertEqual(set(forms[2:]), {"text"}, "asked in that form from then on")

    def test_a_context_that_is_too_small_for_any_question(self):
        narrow = LlamaServer(context=256)
        self.addCleanup(narrow.kill)
        done = self.classify(narrow.url)
        self.assertEqual(self.by, {E5}, done)
        self.assertIn("fallback: classify", done.err)

    def test_a_server_that_the_system_ends_for_its_memory(self):
        doomed = LlamaServer()
        self.addCleanup(doomed.kill)
        relay = fake.OpenAi(models=[llama_server.NAME],
                            plan={None: fake.passes_on(doomed.url, before_reply=doomed.kill)})
        self.addCleanup(relay.close)
        done = self.classify(relay.url.removesuffix("/v1"))
        self.assertEqual(self.by, {E5}, done)
        self.assertLessEqual(relay.calls, 5)

    def test_a_model_that_does_not_fit_into_memory(self):
        # Keys and values of sixteen million tokens.
        with self.assertRaises(MemoryError) as refused:
            LlamaServer(context=1 << 24, memory=4 << 30)
        log = self.home / "server.log"
        log.write_text(str(refused.exception))
        explained = program.skald("doctor", "--explain", log, home=self.home)
        self.assertIn("A program asked for memory and got none.", explained.out, explained)
        with fake.OpenAi() as nobody:
            address = nobody.url.removesuffix("/v1")
        done = self.classify(address, LLM_MODEL=llama_server.NAME)
        self.assertEqual(self.by, {E5}, done)


if __name__ == "__main__":
    unittest.main()
