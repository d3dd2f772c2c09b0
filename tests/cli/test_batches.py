"""How many segments a call asks for, and that unfinished labels of one session outlive the removal of another."""

import json
import signal
import threading
import unittest

import fake_services as fake
import program
from fake_services import GIB, Model
from test_plan import machine

SEGMENTS = 50


@unittest.skipUnless(program.CAN_CLASSIFY, "worker_classify is not built")
class Batches(program.LaterCase):
    def setUp(self):
        super().setUp()
        self.segments = self.folder / "segments.jsonl"
        self.segments.write_text("".join(json.dumps({"text": f"Segment {i} of this evening.", "speaker": "Hanna"}) + "\n"
                                         for i in range(SEGMENTS)))

    def asked(self, backend, **settings):
        """How many segments each call of a classification asks for."""
        with (fake.Ollama({"big": Model(GIB)}) if backend == "ollama" else fake.OpenAi()) as service:
            address = "OLLAMA_BASE_URL" if backend == "ollama" else "LLM_BASE_URL"
            done = program.skald("classify", self.segments, "--classifier", backend, "--fresh", home=self.home,
                                 SKALD_DEVICES=machine(), **{address: service.url}, **settings)
            self.assertEqual(done.status, 0, done)
            return [len(service.ids(request)) for request in service.requests]

    def test_without_the_setting_the_service_decides(self):
        self.assertEqual(self.asked("ollama"), [24, 24, 2])
        self.assertEqual(self.asked("compatible"), [40, 10])

    def test_the_setting_decides(self):
        for backend in ["ollama", "compatible"]:
            self.assertEqual(self.asked(backend, CLASSIFICATION_BATCH_SIZE="20"), [20, 20, 10])
            self.assertEqual(self.asked(backend, CLASSIFICATION_BATCH_SIZE="200"), [50])
        self.assertEqual(self.asked("ollama", CLASSIFICATION_BATCH_SIZE="5"), [5] * 10)

    def needed(self, **settings):
        with fake.Ollama({"big": Model(GIB)}) as server:
            shown = program.skald("plan", self.reference.recording, "--classifier", "ollama", "--json", home=self.home,
                                  SKALD_DEVICES=machine(), OLLAMA_BASE_URL=server.url, **settings)
        return json.loads(shown.out)["stages"][-1]["needed"]

    def test_the_plan_reckons_with_the_same_batches(self):
        usual = self.needed()
        self.assertEqual(self.needed(CLASSIFICATION_BATCH_SIZE="24"), usual)
        self.assertLess(self.needed(CLASSIFICATION_BATCH_SIZE="5"), usual)
        self.assertGreater(self.needed(CLASSIFICATION_BATCH_SIZE="100"), usual)


@unittest.skipUnless(program.CAN_CLASSIFY, "worker_classify is not built")
class UnfinishedLabels(program.LaterCase):
    """A session whose labels are half done goes on where it was, although another one was removed meanwhile."""

    SETTINGS = {"CLASSIFICATION_BATCH_SIZE": "1", "SKALD_DEVICES": machine(), "OLLAMA_MODEL": "big"}

    def arguments(self):
        return program.process_arguments(self.reference.recording, self.output, "--session", "going", "--classifier", "ollama")

    def questions(self, server):
        return [request["messages"][-1]["content"] for request in server.requests]

    def remove_the_other(self):
        removed = program.skald("sessions", "remove", "talk", home=self.home)
        self.assertEqual(removed.status, 0, removed)
        self.assertEqual(program.skald("sessions", "show", "talk", home=self.home).status, 2)

    def all_questions(self):
        """Of a run that nothing disturbs, in a home of its own."""
        home = self.reference.copy_home(self.folder / "undisturbed")
        with fake.Ollama({"big": Model(GIB)}) as server:
            arguments = self.arguments()
            arguments[arguments.index("--output") + 1] = self.folder / "elsewhere"
            done = program.skald(*arguments, home=home, OLLAMA_BASE_URL=server.url, **self.SETTINGS)
            self.assertEqual(done.status, 0, done)
            return self.questions(server)

    def test_interrupted(self):
        everything = self.all_questions()
        self.assertGreater(len(everything), 3)
        third = threading.Event()

        def hang(service, handler, request):
            third.set()
            fake.hangs(service, handler, request)

        with fake.Ollama({"big": Model(GIB)}, plan={3: hang}) as server:
            run = program.Running(*self.arguments(), home=self.home, OLLAMA_BASE_URL=server.url, **self.SETTINGS)
            self.addCleanup(run.stop)
            self.assertTrue(third.wait(program.LIMIT), "the third call was never made")
            run.process.send_signal(signal.SIGINT)
            self.assertEqual(run.outcome().status, 130)
        self.remove_the_other()
        with fake.Ollama({"big": Model(GIB)}) as server:
            done = program.skald(*self.arguments(), home=self.home, OLLAMA_BASE_URL=server.url, **self.SETTINGS)
            self.assertEqual(done.status, 0, done)
            self.assertEqual(self.questions(server), everything[2:])
        for stage in ["decode", "listen", "diarize", "transcribe"]:
            self.assertTrue(done.stages()[stage], f"{stage} was done again")

    def test_fallen_back(self):
        everything = self.all_questions()
        with fake.Ollama({"big": Model(GIB)}, plan={None: fake.fails(500, fake.OUT_OF_MEMORY), 1: None, 2: None}) as server:
            done = program.skald(*self.arguments(), home=self.home, OLLAMA_BASE_URL=server.url, **self.SETTINGS)
            self.assertEqual(done.status, 3, done)
        self.remove_the_other()
        with fake.Ollama({"big": Model(GIB)}) as server:
            done = program.skald(*self.arguments(), "--upgrade", home=self.home, OLLAMA_BASE_URL=server.url, **self.SETTINGS)
            self.assertEqual(done.status, 0, done)
            self.assertEqual(self.questions(server), everything[2:])

    def test_removed_itself(self):
        with fake.Ollama({"big": Model(GIB)}, plan={None: fake.fails(500, fake.OUT_OF_MEMORY), 1: None}) as server:
            program.skald(*self.arguments(), home=self.home, OLLAMA_BASE_URL=server.url, **self.SETTINGS)
        self.assertTrue(list((self.home / "work").iterdir()))
        self.assertEqual(program.skald("sessions", "remove", "going", home=self.home).status, 0)
        self.assertEqual(list((self.home / "work").iterdir()), [])
        self.remove_the_other()


if __name__ == "__main__":
    unittest.main()
