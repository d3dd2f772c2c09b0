"""doctor, doctor --explain, keys test and support; against servers on this machine that answer as services do."""

import json
import os
import stat
import subprocess
import tempfile
import threading
import unittest
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fake_services
import program
from program import BUILD, skald

CANARIES = {"GROQ_API_KEY": "gsk_canaryGroq0123456789AAAA", "OPENAI_API_KEY": "sk-canaryOpenai0123456789BBBB",
            "LLM_API_KEY": "plain-canary-other-CCCC", "HF_TOKEN": "hf_canaryFace0123456789DDDD"}
MODELS = {"data": [{"id": "small"}, {"id": "large"}]}


class Service:
    """A service that answers every path with the same body, or each with its own; it keeps what it was asked."""

    def __init__(self, status=200, body=MODELS, headers=None, paths=None):
        service = self
        self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.do_GET()

            def do_GET(self):
                service.asked.append((self.path, self.headers.get("Authorization")))
                known = paths is None or self.path in paths
                content = json.dumps(body if paths is None else paths.get(self.path, {"error": "not found"})).encode()
                self.send_response(status if known else 404)
                for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@unittest.skipUnless((BUILD / "skald").exists(), "not built: skald")
class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.home = self.folder / "home"
        self.home.mkdir()

    def serve(self, *arguments, **more):
        service = Service(*arguments, **more)
        self.addCleanup(service.stop)
        return service

    def run_skald(self, *arguments, text=None, **env):
        done = subprocess.run([BUILD / "skald", *map(str, arguments)], env=program.environment(self.home, **env),
                              cwd=self.folder, capture_output=True, text=True, input=text, timeout=program.LIMIT,
                              check=False)
        for key in CANARIES.values():
            self.assertNotIn(key, done.stdout + done.stderr)
        return done


class Keys(Case):
    def test_each_service_is_asked_once_with_its_own_key(self):
        groq = self.serve(headers={"x-ratelimit-limit-requests": "14400", "x-ratelimit-remaining-requests": "14370",
                                   "x-ratelimit-remaining-tokens": "5000", "x-ratelimit-reset-tokens": "6m0s"})
        openai, other = self.serve(), self.serve()
        face = self.serve(body={"name": "anna"})
        done = self.run_skald("keys", "test", "--json", **CANARIES, GROQ_BASE_URL=groq.url, OPENAI_BASE_URL=openai.url,
                              LLM_BASE_URL=other.url, HF_ENDPOINT=face.url[:-3], LLM_MODEL="nothing")
        self.assertEqual(done.returncode, 0, done)
        services = {s["service"]: s for s in json.loads(done.stdout)["services"]}
        self.assertEqual({n: s["health"] for n, s in services.items()},
                         {"groq": "ok", "openai": "ok", "compatible": "warning", "huggingface": "ok"})
        self.assertEqual(services["groq"]["key"], "gsk_…AAAA")
        self.assertEqual(services["groq"]["models"], ["large", "small"])
        self.assertEqual(services["groq"]["quotas"],
                         [{"of": "requests", "left": "14370", "limit": "14400", "reset": ""},
                          {"of": "tokens", "left": "5000", "limit": "", "reset": "6m0s"}])
        self.assertIn("does not list the model nothing", services["compatible"]["found"])
        self.assertGreater(services["groq"]["seconds"], 0)
        for service, name, path in [(groq, "GROQ_API_KEY", "/v1/models"), (openai, "OPENAI_API_KEY", "/v1/models"),
                                    (other, "LLM_API_KEY", "/v1/models"), (face, "HF_TOKEN", "/api/whoami-v2")]:
            self.assertEqual(service.asked, [(path, f"Bearer {CANARIES[name]}")])

    def test_what_services_say_of_keys(self):
        key = CANARIES["GROQ_API_KEY"]
        cases = [(401, {"error": {"message": f"Invalid API Key {key}"}}, {}, 1, "is not accepted (HTTP 401: Invalid API Key"),
                 (429, {"error": {"message": "slow down"}}, {"retry-after": "7"}, 0, "Try again in 7 s."),
                 (500, {"error": "broken"}, {}, 1, "answered with HTTP 500: broken"),
                 (302, {}, {"Location": "http://127.0.0.1:1/"}, 1, "answered with HTTP 302"),
                 (200, ["no", "list"], {}, 0, "works")]
        for status, body, headers, ends, says in cases:
            with self.subTest(status=status):
                service = self.serve(status, body, headers)
                done = self.run_skald("keys", "test", GROQ_API_KEY=key, GROQ_BASE_URL=service.url)
                self.assertEqual(done.returncode, ends, done)
                self.assertIn(says, done.stdout)
                self.assertEqual(len(service.asked), 1)

    def test_what_is_left_of_todays_budget(self):
        service = self.serve()
        settings = {**CANARIES, "GROQ_BASE_URL": service.url, "OPENAI_BASE_URL": service.url, "HF_ENDPOINT": service.url}
        today = lambda **more: {s["service"]: s["today"] for s in json.loads(
            self.run_skald("keys", "test", "--json", **settings, **more).stdout)["services"]}
        self.assertEqual(today(), {"groq": {"used": 0, "left": 100000, "budget": 100000}, "openai": None, "huggingface": None})
        segments = self.folder / "segments.jsonl"
        segments.write_text('{"text": "I draw my sword."}\n')
        with fake_services.OpenAi(models=["chat-20b"]) as model:
            done = self.run_skald("classify", str(segments), "--classifier", "groq", **{**settings, "GROQ_BASE_URL": model.url})
            self.assertEqual(done.returncode, 0, done)
        used = today()["groq"]["used"]
        self.assertGreater(used, 500)
        self.assertEqual(today(LLM_DAILY_TOKENS="5000"), {"groq": {"used": used, "left": 5000 - used, "budget": 5000},
                                                          "openai": {"used": 0, "left": 5000, "budget": 5000},
                                                          "huggingface": None})
        told = self.run_skald("keys", "test", LLM_DAILY_TOKENS="5000", **settings).stdout
        self.assertIn(f"tokens for labels today, as Skald counts: {5000 - used} left of 5000", told)
        ledger = next((self.home / "tokens").glob("*.json"))
        ledger.write_text(ledger.read_text().replace(str(used), "5000"))
        spent = self.run_skald("keys", "test", LLM_DAILY_TOKENS="5000", **settings)
        self.assertEqual(spent.returncode, 0, spent)
        self.assertIn("today's budget of tokens is spent", spent.stdout)

    def test_nobody_there(self):
        service = Service()
        service.stop()
        done = self.run_skald("keys", "test", GROQ_API_KEY=CANARIES["GROQ_API_KEY"], GROQ_BASE_URL=service.url)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("error", done.stdout)

    def test_nothing_set_up(self):
        done = self.run_skald("keys", "test")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("No service is set up", done.stdout)


class Explain(Case):
    LOG = ("21:09:17 | WARNING | classifier | Classification failed for segment 0 using gpt-oss:20b: model requires "
           "more system memory (12.8 GiB) than is available (9.3 GiB)\n" * 3 + "Bearer " + CANARIES["GROQ_API_KEY"] + "\n")

    def test_file_and_standard_input(self):
        (self.folder / "old.log").write_text(self.LOG)
        for arguments, text in [(["old.log"], None), (["-"], self.LOG), ([], self.LOG)]:
            done = self.run_skald("doctor", "--explain", *arguments, text=text)
            self.assertEqual(done.returncode, 0, done)
            for part in ["(12.8 GiB)", "3 such lines", "It means:", "Skald itself:", "Left to do:"]:
                self.assertIn(part, done.stdout)
        done = self.run_skald("doctor", "--json", "--explain", "old.log")
        self.assertEqual([(m["id"], m["count"]) for m in json.loads(done.stdout)["messages"]],
                         [("ollama-memory", 3), ("classification-failed", 3)])

    def test_nothing_known_and_nothing_there(self):
        done = self.run_skald("doctor", "--explain", "-", text="all is well\n")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("Nothing in it is known", done.stdout)
        self.assertEqual(self.run_skald("doctor", "--explain", "none.log").returncode, 2)


class Doctor(Case):
    def checks(self, *arguments, status=None, **env):
        done = self.run_skald("doctor", "--json", *arguments, **env)
        found = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1 if found["health"] == "error" else 0, done)
        if status is not None:
            self.assertEqual(done.returncode, status, done)
        for check in found["checks"]:
            self.assertTrue(check["advice"].strip(), check)
        return {check["id"]: check for check in found["checks"]}

    def test_all_parts_are_looked_at(self):
        program.need_programs()
        checks = self.checks(status=0)
        for part in ["settings", "keys", "cpu", "memory", "gpu", "home", "disk", "workers", "sandbox", "codecs", "models"]:
            self.assertIn(part, checks)
        self.assertEqual(checks["codecs"]["details"]["missing"], "")
        text = self.run_skald("doctor").stdout
        self.assertRegex(text, r"(?m)^ok +processor ")

    def test_a_card_that_is_taken(self):
        devices = {"gpus": [{"name": "RTX 3060", "total": "12 GiB",
                             "holders": [{"pid": 812, "name": "ollama", "memory": "9 GiB"}]}]}
        checks = self.checks(SKALD_DEVICES=json.dumps(devices))
        self.assertEqual(checks["gpu"]["health"], "warning")
        self.assertIn("ollama (pid 812) holds 9.0 GiB", checks["gpu"]["found"])
        self.assertIn("simulated", checks)

    def test_ollama_its_models_and_what_fits(self):
        shape = {"details": {"family": "llama"}, "model_info": {
            "general.architecture": "llama", "general.parameter_count": 8000000000, "llama.block_count": 32,
            "llama.embedding_length": 4096, "llama.attention.head_count": 32, "llama.attention.head_count_kv": 8,
            "llama.context_length": 8192, "llama.vocab_size": 128256}}
        gib = 1 << 30
        ollama = self.serve(paths={
            "/api/version": {"version": "0.24.0"},
            "/api/tags": {"models": [{"name": "big:20b", "size": 13 * gib}, {"name": "mid:8b", "size": 5 * gib},
                                     {"name": "held:8b", "size": 5 * gib}]},
            "/api/ps": {"models": [{"name": "held:8b", "size": 6 * gib, "size_vram": 6 * gib}]},
            "/api/show": shape})
        devices = {"gpus": [{"name": "RTX 3060", "total": "12 GiB",
                             "holders": [{"pid": 9, "name": "ollama", "memory": "6.5 GiB", "model": "held:8b"}]}],
                   "host": {"total": "8 GiB", "available": "3 GiB"}}
        done = self.run_skald("doctor", "--json", SKALD_DEVICES=json.dumps(devices), OLLAMA_BASE_URL=ollama.url[:-3],
                              OLLAMA_MODEL="gone:1b")
        checks = json.loads(done.stdout)["checks"]
        fits = {c["details"]["name"]: (c["details"]["fits_now"], c["details"]["fits_after_unloading"])
                for c in checks if c["id"] == "ollama-model"}
        self.assertEqual(fits, {"big:20b": ("no", "no"), "mid:8b": ("no", "yes"), "held:8b": ("yes", "yes")})
        told = [c["found"] for c in checks if c["id"] == "ollama"]
        self.assertEqual(told[0], "version 0.24.0, 3 model(s), loaded: held:8b")
        self.assertIn("gone:1b, which is not installed", told[1])

    def test_ollama_that_is_wished_but_not_there(self):
        service = Service()
        service.stop()
        for backend, health in [("ollama", "warning"), ("e5", "ok")]:
            checks = self.checks(OLLAMA_BASE_URL=service.url[:-3], LLM_BACKEND=backend)
            self.assertEqual(checks["ollama"]["health"], health)

    def test_wrong_settings_are_one_line_and_the_rest_goes_on(self):
        (self.folder / ".env").write_text("LOG_LEVEL_FILE=loud\n")
        checks = self.checks(status=1)
        self.assertEqual(checks["settings"]["health"], "error")
        self.assertIn("cpu", checks)

    def test_keys_that_others_can_read(self):
        (self.folder / ".env").write_text(f"GROQ_API_KEY={CANARIES['GROQ_API_KEY']}\n")
        os.chmod(self.folder / ".env", 0o644)
        self.assertEqual(self.checks()["settings"]["health"], "warning")

    def test_a_damaged_model(self):
        models = self.folder / "models" / "e5-small"
        models.mkdir(parents=True)
        (models / "e5.c").write_text("not it")
        checks = self.checks(status=1, SKALD_MODELS=models.parent)
        self.assertEqual(checks["models"]["health"], "error")


class Support(Case):
    def test_everything_in_it_and_no_key(self):
        logs = self.home / "logs"
        logs.mkdir()
        (logs / "session_processor_x.log").write_text("keys: " + " ".join(CANARIES.values()) + "\n")
        (self.folder / ".env").write_text("".join(f"{n}={k}\n" for n, k in CANARIES.items()))
        done = self.run_skald("support", "report.zip")
        self.assertEqual(done.returncode, 0, done)
        with zipfile.ZipFile(self.folder / "report.zip") as report:
            self.assertIsNone(report.testzip())
            names = set(report.namelist())
            content = b"".join(report.read(name) for name in names)
        self.assertLessEqual({"README.txt", "settings.txt", "doctor.txt", "doctor.json", "plan.txt", "sessions.txt",
                              "logs/session_processor_x.log"}, names)
        for key in CANARIES.values():
            self.assertNotIn(key.encode(), content)
        self.assertIn(b"gsk_\xe2\x80\xa6AAAA", content)
        self.assertEqual(stat.S_IMODE((self.folder / "report.zip").stat().st_mode), 0o600)

    def test_never_replaces_without_a_word(self):
        (self.folder / "report.zip").write_text("mine")
        self.assertEqual(self.run_skald("support", "report.zip").returncode, 2)
        self.assertEqual((self.folder / "report.zip").read_text(), "mine")
        self.assertEqual(self.run_skald("support", "--replace", "report.zip").returncode, 0)
        self.assertTrue(zipfile.is_zipfile(self.folder / "report.zip"))


if __name__ == "__main__":
    unittest.main()
