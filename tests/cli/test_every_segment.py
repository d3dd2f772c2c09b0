"""No run fails for memory, and no segment stays without a label: machines, servers and failures, each with its end.

Every row runs the real program against a server that behaves as it says. Whatever happens, the program ends by itself,
every segment has a label, and the report is true.
"""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

import fake_services as fake
from fake_services import GIB, Model, Ollama, OpenAi
from program import CAN_CLASSIFY, need_programs, skald

SEGMENTS = 40
LINES = ["I draw my sword and step between them.", "Does that beat your armour class?", "Pass the crisps, please.",
         "The door creaks open, and cold air flows in.", "How much is it?", "Wie heeft de dobbelstenen?",
         "Welcome to my shop, travellers!", "I rolled a seventeen."]
SMALL_MACHINE = {"host": {"total": 16 * GIB, "available": 12 * GIB}, "gpus": []}


def card(total, held=(), host=32 * GIB, **more):
    """A machine with one card; `held`: (name, bytes, model of Ollama or None) of programs that hold memory of it."""
    holders = [{"pid": 4000 + i, "name": name, "memory": size, **({"model": model} if model else {})}
               for i, (name, size, model) in enumerate(held)]
    return {"host": {"total": host, "available": host - 4 * GIB},
            "gpus": [{"name": "Test card", "total": total, "holders": holders, **more}]}


class Row:
    def __init__(self, name, server, devices=SMALL_MACHINE, settings=None, backend="ollama", status=0, by=None, says=(),
                 calls=None, preset=()):
        self.name, self.server, self.devices, self.settings = name, server, devices, settings or {}
        self.backend, self.status, self.by, self.says, self.calls = backend, status, by, says, calls
        self.preset = preset


def ollama(models=None, **more):
    return lambda: Ollama(models, **more)


def openai(**more):
    return lambda: OpenAi(**more)


def only(**more):
    """A server with one model, and that behaves so."""
    return ollama({"big": Model(1 * GIB, **more)})


BIG = "ollama"
E5 = "e5"
HUGE = Model(12 * GIB, show=fake.llama_show(layers=48, width=5120, heads=40))
SMALL = Model(1 * GIB)

OLLAMA_ROWS = [
    Row("all is well", only(), by={BIG}),
    Row("out of memory", only(fails=fake.fails(500, fake.OUT_OF_MEMORY)), status=3, by={E5},
        says=["12.8 GiB", "9.3 GiB"]),
    Row("out of memory, a smaller model is there",
        ollama({"big": Model(2 * GIB, fails=fake.fails(500, fake.OUT_OF_MEMORY)), "small": SMALL}),
        settings={"OLLAMA_FALLBACK_MODEL": "small"}, status=3, by={"ollama:small"}, says=["12.8 GiB"]),
    Row("out of memory in the middle", ollama({"big": Model(1 * GIB)}, plan={2: fake.fails(500, fake.OUT_OF_MEMORY),
                                                                            3: fake.fails(500, fake.OUT_OF_MEMORY),
                                                                            None: fake.fails(500, fake.OUT_OF_MEMORY),
                                                                            1: None}),
        status=3, by={BIG, E5}),
    Row("memory layout", only(fails=fake.fails(500, '{"error":"memory layout cannot be allocated"}')), status=3, by={E5}),
    Row("assertion of the runner",
        only(fails=fake.fails(500, '{"error":"GGML_ASSERT(ctx->mem_buffer != NULL) failed"}')), status=3, by={E5}),
    Row("out of memory at the runner's start",
        only(fails=fake.fails(500, '{"error":"llama-server reported out-of-memory during startup"}')), status=3, by={E5}),
    Row("cudaMalloc", only(fails=fake.fails(500, '{"error":"cudaMalloc failed: out of memory"}')), status=3, by={E5}),
    Row("runner dies", only(fails=fake.fails(500, fake.RUNNER_DIED)), status=3, by={E5}),
    Row("runner dies once", ollama({"big": SMALL}, plan={1: fake.fails(500, fake.RUNNER_DIED)}), by={BIG}),
    Row("unknown model", ollama({"other": Model(900 * GIB)}), settings={"OLLAMA_MODEL": "big"}, status=3, by={E5},
        says=["big"]),
    Row("bad request", only(fails=fake.fails(400, '{"error":"unexpected EOF"}')), status=3, by={E5}),
    Row("format refused", only(fails=fake.fails(500, '{"error":"invalid format: expected object"}')), status=3, by={E5}),
    Row("queue is full", only(fails=fake.fails(503, '{"error":"server busy, please try again."}')), status=3, by={E5}),
    Row("queue is full once", ollama({"big": SMALL}, plan={1: fake.fails(503, '{"error":"server busy"}')}), by={BIG}),
    Row("cuts the connection", ollama({"big": SMALL}, plan={None: fake.cuts}), status=3, by={E5}),
    Row("cuts the connection once", ollama({"big": SMALL}, plan={1: fake.cuts}), by={BIG}),
    Row("no JSON", ollama({"big": SMALL}, plan={None: fake.says("I think they are all in character!")}), status=3,
        by={E5}),
    Row("no JSON once", ollama({"big": SMALL}, plan={1: fake.says("Sure! Here you go:")}), by={BIG}),
    Row("an empty answer", ollama({"big": SMALL}, plan={None: fake.says("")}), status=3, by={E5}),
    Row("ids missing", ollama({"big": SMALL}, plan={1: fake.labels(lambda ids: fake.right_labels(ids[::2]))}), by={BIG}),
    Row("one id never answered",
        ollama({"big": SMALL}, answer=lambda ids: fake.right_labels([i for i in ids if i != 3])), status=3, by={BIG, E5}),
    Row("ids of nobody", ollama({"big": SMALL}, plan={None: fake.labels(lambda ids: {str(i + 1000): "OOC" for i in ids})}),
        status=3, by={E5}),
    Row("labels outside of the set",
        ollama({"big": SMALL}, plan={None: fake.labels(lambda ids: {str(i): "BANANA" for i in ids})}), status=3, by={E5}),
    Row("absurd numbers", ollama({"big": SMALL}, plan={None: fake.labels(
        lambda ids: {"labels": [{"id": i, "label": "OOC", "confidence": 1568349720000} for i in ids]})}), by={BIG}),
    Row("numbers with a comma", ollama({"big": SMALL}, plan={None: fake.labels(
        lambda ids: {"labels": [{"id": i, "label": "IC_CHARACTER", "confidence": "0,8"} for i in ids]})}), by={BIG}),
    Row("hangs", ollama({"big": SMALL}, plan={None: fake.hangs}), settings={"LLM_TIMEOUT_SECONDS": "1"}, status=3, by={E5}),
    Row("hangs in the middle", ollama({"big": SMALL}, plan={None: fake.hangs, 1: None}),
        settings={"LLM_TIMEOUT_SECONDS": "1"}, status=3, by={BIG, E5}),
    Row("nobody listens", None, settings={"OLLAMA_BASE_URL": "http://127.0.0.1:9", "OLLAMA_MODEL": "big"}, status=3,
        by={E5}, says=["127.0.0.1"]),
    Row("a card with room", only(), devices=card(12 * GIB), by={BIG}),
    Row("the guide's case: 12 GiB card, 9.3 GiB free, 12.8 GiB wanted",
        ollama({"big": Model(int(11.5 * GIB), show=HUGE.show, fails=fake.fails(500, fake.OUT_OF_MEMORY)), "small": SMALL}),
        devices=card(12 * GIB, held=[("python", int(2.7 * GIB), None)], host=16 * GIB),
        settings={"OLLAMA_FALLBACK_MODEL": "small"}, status=3, by={"ollama:small"}),
    Row("a model of another program fills the card, unloading allowed",
        ollama({"big": Model(6 * GIB), "other": Model(9 * GIB)}, loaded={"other": (9 * GIB, 9 * GIB)}),
        devices=card(12 * GIB, held=[("ollama", 9 * GIB, "other")]), settings={"OLLAMA_UNLOAD": "all", "OLLAMA_MODEL": "big"},
        by={BIG}, says=["other"]),
    Row("memory comes back late",
        ollama({"big": Model(6 * GIB), "other": Model(9 * GIB)}, loaded={"other": (9 * GIB, 9 * GIB)}),
        devices=card(12 * GIB, held=[("ollama", 9 * GIB, "other")], lag_seconds=1.5),
        settings={"OLLAMA_UNLOAD": "all", "OLLAMA_MODEL": "big"}, by={BIG}),
    Row("memory never comes back",
        ollama({"big": Model(6 * GIB), "other": Model(9 * GIB)}, loaded={"other": (9 * GIB, 9 * GIB)}),
        devices=card(12 * GIB, held=[("python", 9 * GIB, None)]),
        settings={"OLLAMA_UNLOAD": "all", "OLLAMA_MODEL": "big"}, by={BIG}),
    Row("a small machine, a model that never fits", ollama({"big": Model(40 * GIB), "small": SMALL}),
        settings={"OLLAMA_MODEL": "big", "OLLAMA_FALLBACK_MODEL": "small"}, status=3, by={"ollama:small"},
        says=["40"]),
    Row("no model fits at all", ollama({"big": Model(40 * GIB)}), status=3, by={E5}, calls=0),
]

OPENAI_ROWS = [
    Row("service: all is well", openai(), backend="compatible", by={"compatible"}),
    Row("service: schema refused", openai(plan={1: fake.error(400, "response_format json_schema is not supported")}),
        backend="compatible", by={"compatible"}),
    Row("service: wrong key", openai(key="sk-right"), backend="compatible", settings={"LLM_API_KEY": "sk-wrong-canary"},
        status=3, by={E5}),
    Row("service: 429 with retry-after", openai(plan={1: fake.error(429, "Rate limit reached", [("retry-after", "1")])}),
        backend="compatible", by={"compatible"}),
    Row("service: 429 without retry-after", openai(plan={1: fake.error(429, "Rate limit reached")}), backend="compatible",
        by={"compatible"}),
    Row("service: daily quota spent", openai(plan={
        2: fake.error(429, "Rate limit reached on tokens per day (TPD): Limit 100000", [("retry-after", "36000")]),
        None: fake.error(429, "Rate limit reached on tokens per day (TPD): Limit 100000", [("retry-after", "36000")]),
        1: None}), backend="compatible", settings={"CLASSIFICATION_BATCH_SIZE": "24"}, status=3, by={"compatible", E5}),
    Row("service: request too large", openai(plan={None: fake.error(413, "Request too large")}), backend="compatible",
        status=3, by={E5}),
    Row("service: 500", openai(plan={None: fake.error(500, "Internal error")}), backend="compatible", status=3, by={E5}),
    Row("service: 500 once", openai(plan={1: fake.error(500, "Internal error")}), backend="compatible",
        by={"compatible"}),
    Row("service: a page instead of JSON", openai(plan={None: fake.fails(200, "<html>login</html>")}),
        backend="compatible", status=3, by={E5}),
    Row("service: redirects elsewhere",
        openai(plan={None: fake.fails(302, "", [("Location", "http://127.0.0.1:9/")])}), backend="compatible", status=3,
        by={E5}),
    Row("service: answers in Dutch", openai(plan={None: fake.labels(lambda ids: {str(i): "in karakter" for i in ids})}),
        backend="compatible", by={"compatible"}),
    Row("service: code fences", openai(plan={None: lambda service, handler, request: service.reply(
        handler, request, "Here it is:\n```json\n" + json.dumps(fake.right_labels(service.ids(request))) + "\n```")}),
        backend="compatible", by={"compatible"}),
]

ROWS = OLLAMA_ROWS + OPENAI_ROWS


def write_segments(path, count=SEGMENTS):
    with open(path, "w", encoding="utf-8") as out:
        for i in range(count):
            out.write(json.dumps({"text": LINES[i % len(LINES)], "speaker": f"SPEAKER_{i % 4:02}", "start_time": 4.0 * i,
                                  "end_time": 4.0 * i + 3}) + "\n")
    return path


class EverySegment(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need_programs()
        if not CAN_CLASSIFY:
            raise unittest.SkipTest("worker_classify is not built")
        # What the embedded classifier says of these segments is the same in every row.
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.home = Path(cls.folder.name) / "home"
        cls.home.mkdir()
        done = skald("classify", write_segments(Path(cls.folder.name) / "segments.jsonl"), home=cls.home)
        assert done.status == 0, done

    def run_row(self, row, folder):
        server = row.server() if row.server else None
        settings = {"SKALD_DEVICES": json.dumps(row.devices)}
        if server and row.backend == "ollama":
            settings.update({"OLLAMA_BASE_URL": server.url, "OLLAMA_MODEL": "big"})
        elif server:
            settings["LLM_BASE_URL"] = server.url
        settings.update(row.settings)
        segments = write_segments(folder / "segments.jsonl")
        try:
            done = skald("classify", segments, "--classifier", row.backend, "--progress", "json", home=folder / "home",
                         cwd=folder, **settings)
            return done, server
        finally:
            if server:
                server.close()

    def check(self, row, done, server):
        self.assertEqual(done.status, row.status, done)
        labels = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(labels), SEGMENTS, done)
        for i, label in enumerate(labels):
            self.assertEqual(label["text"], LINES[i % len(LINES)])
            self.assertIn(label["classification"], ("IC", "OOC", "MIXED"))
            self.assertIn(label["classification_type"], ("CHARACTER", "DM_NARRATION", "NPC_DIALOGUE", "OOC_OTHER"))
            self.assertTrue(0 <= label["confidence"] <= 1, label)
        self.assertEqual({label["backend"] for label in labels}, row.by, done)
        for text in row.says:
            self.assertIn(text, done.err)
        fallbacks = done.named("fallback")
        self.assertEqual(bool(fallbacks), row.status == 3, done)
        if row.calls is not None:
            self.assertEqual(server.calls, row.calls)
        self.assertNotIn("canary", done.out + done.err)


def add(number, row):
    def test(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(self.home, Path(folder) / "home")
            self.check(row, *self.run_row(row, Path(folder)))

    test.__doc__ = row.name
    setattr(EverySegment, f"test_{number:02}_" + "".join(c if c.isalnum() else "_" for c in row.name), test)


for number, row in enumerate(ROWS, 1):
    add(number, row)

if __name__ == "__main__":
    unittest.main()
