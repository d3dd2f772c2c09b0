"""Settings & Tools of `skald serve`: keys, settings, models, logs, the support file, memory, restart and stop."""

import io
import json
import unittest
import zipfile
from pathlib import Path

from serving import Serving
from test_jobs import Queue, is_alive

from fake_services import GIB, Model, Ollama, OpenAi
from program import LIMIT, Case, HomeCase, skald

KEY = "gsk_canary0123456789WXYZ"


class Tools:
    def serve(self, **env):
        self.server = Serving(self.home, **env)
        self.addCleanup(self.server.kill)
        return self.server

    def post(self, path, data=None):
        return self.server.send_json("POST", f"/api/v1/{path}", data or {})

    def put(self, name, value):
        return self.server.send_json("PUT", "/api/v1/config", {"name": name, "value": value})

    def config(self):
        return {row["name"]: row for row in self.server.get("/api/v1/config").json()["settings"]}

    def write_env(self, text):
        (self.home / ".env").write_text(text)

    def env(self):
        return (self.home / ".env").read_text()

    def assert_nowhere(self, secret, but=()):
        """In no file of the home."""
        for path in self.home.rglob("*"):
            if path.is_file() and path.name not in but:
                self.assertNotIn(secret.encode(), path.read_bytes(), path)


class Keys(Tools, HomeCase):
    def test_a_key_is_written_tried_and_taken_out(self):
        with OpenAi(key=KEY) as service:
            self.write_env(f"# mine\nGROQ_BASE_URL={service.url}\nOTHER=1\n")
            self.serve()
            events = self.server.events()
            events.next()
            replies = [self.put("GROQ_API_KEY", KEY), self.server.get("/api/v1/config"),
                       self.post("keys/test", {"setting": "GROQ_API_KEY"}), self.server.get("/api/v1/support")]
            self.assertEqual([r.status for r in replies], [200] * 4, replies)
            for reply in replies:
                self.assertNotIn(KEY.encode(), reply.body)
            self.assertEqual(self.config()["GROQ_API_KEY"]["value"], "gsk_…WXYZ")
            [report] = replies[2].json()["services"]
            self.assertEqual((report["setting"], report["health"], report["found"]), ("GROQ_API_KEY", "ok", "works"))
            self.assertEqual(self.env(), f"# mine\nGROQ_BASE_URL={service.url}\nOTHER=1\nGROQ_API_KEY={KEY}\n")
            self.assertEqual((self.home / ".env").stat().st_mode & 0o777, 0o600)
            self.assert_nowhere(KEY, but=[".env"])
            self.assertEqual(self.put("GROQ_API_KEY", "gsk_wrong0123456789").status, 200)
            [report] = self.post("keys/test", {"setting": "GROQ_API_KEY"}).json()["services"]
            self.assertEqual(report["health"], "error")
            self.assertEqual(self.put("GROQ_API_KEY", None).status, 200)
            self.assertEqual(self.env(), f"# mine\nGROQ_BASE_URL={service.url}\nOTHER=1\n")
            self.assertEqual(self.post("keys/test").json(), {"services": []})
            told = skald("config", "show", "--json", home=self.home)
            self.assertEqual(json.loads(told.out)["settings"], list(self.config().values()))
            self.server.stop()
            self.assertIsNone(events.next())  # nothing was told of any of it
            events.close()

    def test_a_key_does_not_go_to_another_address(self):
        with OpenAi() as thief:
            self.write_env(f"GROQ_API_KEY={KEY}\n")
            self.serve()
            changed = self.put("GROQ_BASE_URL", thief.url)
            self.assertEqual((changed.status, changed.json()["removed_key"]), (200, "GROQ_API_KEY"))
            self.assertEqual(self.post("keys/test").json(), {"services": []})
            self.assertNotIn(KEY, self.env())

    def test_keys_of_the_environment_stay(self):
        self.serve(GROQ_API_KEY=KEY)
        for name, value in [("GROQ_API_KEY", None), ("GROQ_API_KEY", "gsk_other0123456789"), ("GROQ_BASE_URL", "http://127.0.0.1:1")]:
            refused = self.put(name, value)
            self.assertEqual((refused.status, refused.code()), (409, "Conflict"), name)
        self.assertFalse((self.home / ".env").exists())


class Settings(Tools, HomeCase):
    def test_values_are_checked_and_the_file_stays(self):
        self.write_env("SESSION_APP_PORT=7000\n")
        self.serve()
        for name, value, status, says in [("SESSION_APP_PORT", "70000", 422, "from 1 to 65535"), ("LLM_BACKEND", "toaster", 400, "Known:"),
                                          ("LLM_MODEL", "a\nb", 422, "one line"), ("SKALD_HOME", "/", 400, "environment"),
                                          ("NOTHING", "x", 404, "config"), ("LLM_MODEL", 7, 400, "value")]:
            with self.subTest(name=name, value=value):
                refused = self.put(name, value)
                self.assertEqual(refused.status, status, refused)
                self.assertIn(says, refused.body.decode())
        self.assertEqual(self.env(), "SESSION_APP_PORT=7000\n")

    def test_a_value_holds_and_says_where_it_stands(self):
        self.serve()
        rows = {row["name"]: row for row in self.put("LLM_BACKEND", "ollama").json()["settings"]}
        self.assertEqual((rows["LLM_BACKEND"]["value"], rows["LLM_BACKEND"]["origin"]), ("ollama", ".env, line 1"))
        self.assertIn("e5", rows["LLM_BACKEND"]["choices"])
        self.assertEqual(rows["INFERENCE_DEVICE"]["choices"], ["cpu", "cuda", "auto"])
        self.assertEqual(self.put("LLM_BACKEND", "").json()["written"], [str((self.home / ".env").resolve())])
        self.assertEqual(self.config()["LLM_BACKEND"]["origin"], "default")


class Models(Tools, HomeCase):
    def model(self, name="turbo"):
        folder = self.home / "elsewhere" / name
        folder.mkdir(parents=True)
        for file in ["model.bin", "config.json", "vocabulary.json"]:
            (folder / file).write_text("[]")
        return folder

    def names(self):
        return {m["name"]: m for m in self.server.get("/api/v1/models").json()["models"]}

    def test_added_and_taken_out(self):
        self.serve()
        folder = self.model()
        added = self.post("models", {"folder": str(folder), "name": "mine"})
        self.assertEqual(added.status, 201, added)
        self.assertTrue(self.names()["mine"]["added"])
        self.assertEqual(self.names()["mine"]["bytes"], 6)
        for wrong in [{"folder": str(folder), "name": "mine"}, {"folder": "elsewhere/turbo"}, {"folder": str(self.home)}, {},
                      {"folder": str(folder), "name": "../x"}]:
            self.assertIn(self.post("models", wrong).status, (400, 422), wrong)
        self.assertEqual(self.server.change("DELETE", "/api/v1/models?name=mine").status, 200)
        self.assertNotIn("mine", self.names())
        self.assertTrue((folder / "model.bin").exists())
        for name in ["whisper-base", "none", ""]:
            self.assertEqual(self.server.change("DELETE", f"/api/v1/models?name={name}").status, 404, name)

    def test_verified_with_progress(self):
        self.serve()
        events = self.server.events()
        events.next()
        self.assertGreater(self.names()["whisper-base"]["bytes"], 1e6)
        told = self.post("models/verify", {"name": "whisper-base"}).json()
        self.assertEqual(told, {"name": "whisper-base", "good": True, "differences": []})
        shares = []
        while not shares or shares[-1] < 0.9:
            _, kind, data = events.next()
            self.assertEqual((kind, data["name"]), ("model.checked", "whisper-base"))
            shares.append(data["share"])
        self.assertEqual(shares, sorted(set(shares)))
        self.assertGreater(len(shares), 10)
        events.close()

    def test_damage_is_told(self):
        listed = skald("models", "list", home=self.home)
        self.assertIn("e5-small", listed.out)
        self.serve(SKALD_MODELS=str(self.home / "models here"))
        broken = self.home / "models here" / "e5-small"
        broken.mkdir(parents=True)
        (broken / "e5-small-q4.bin").write_bytes(b"damaged")
        told = self.post("models/verify", {"name": "e5-small"}).json()
        self.assertFalse(told["good"])
        self.assertIn("SHA-256", told["differences"][0])
        self.assertEqual(self.post("models/verify", {"name": "none"}).status, 404)


class Logs(Tools, HomeCase):
    def test_newest_lines_by_level_without_secrets(self):
        self.write_env(f"GROQ_API_KEY={KEY}\n")
        self.serve()
        (self.home / "logs" / "session_processor_20261123_201500_x.log").write_text(
            "2026-11-23 20:15:04.118 INFO transcribe: 40 %\n"
            f"2026-11-23 20:16:40.002 WARNING classify segment 12: refused {KEY}\n")
        everything = self.server.get("/api/v1/logs").json()
        self.assertEqual([(line["level"], line["text"]) for line in everything["lines"]],
                         [("warning", "classify segment 12: refused [removed]"), ("info", "transcribe: 40 %")])
        self.assertEqual(everything["folder"], str(self.home / "logs"))
        self.assertEqual(len(self.server.get("/api/v1/logs?level=WARNING&limit=5").json()["lines"]), 1)
        for wrong in ["level=loud", "limit=0", "limit=2001", "limit=x"]:
            self.assertEqual(self.server.get(f"/api/v1/logs?{wrong}").status, 400, wrong)

    def test_support_file(self):
        self.write_env(f"GROQ_API_KEY={KEY}\n")
        self.serve()
        reply = self.server.get("/api/v1/support")
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "application/zip"))
        self.assertIn("skald-support.zip", reply.headers["content-disposition"])
        with zipfile.ZipFile(io.BytesIO(reply.body)) as parts:
            self.assertIsNone(parts.testzip())
            names = parts.namelist()
            for name in names:
                self.assertNotIn(KEY.encode(), parts.read(name), name)
            self.assertIn("gsk_…WXYZ", parts.read("settings.txt").decode())
        own = self.home / "own.zip"
        self.assertEqual(skald("support", own, home=self.home).status, 0)
        self.assertEqual(zipfile.ZipFile(own).namelist(), names)


class Control(Tools, HomeCase):
    def test_memory_is_given_back_where_that_is_allowed(self):
        for allowed, gone in [("all", ["mine", "foreign"]), ("own", ["mine"]), ("never", [])]:
            with self.subTest(allowed=allowed), Ollama(loaded={"mine": (2 * GIB, GIB), "foreign": (GIB, 0)},
                                                       models={"mine": Model(), "foreign": Model()}) as service:
                self.write_env(f"OLLAMA_BASE_URL={service.url}\nOLLAMA_UNLOAD={allowed}\nOLLAMA_MODEL=mine\n")
                self.serve()
                told = self.post("memory/free").json()
                self.assertEqual([m["name"] for m in told["unloaded"]], gone)
                self.assertEqual(sorted(m["name"] for m in told["kept"]), sorted({"mine", "foreign"} - set(gone)))
                self.assertTrue(all(m["reason"] for m in told["kept"]))
                self.assertEqual(service.unloaded, gone)
                self.assertGreater(told["server_bytes"]["after"], 1e6)
                self.server.stop()

    def test_without_ollama(self):
        self.write_env("OLLAMA_BASE_URL=http://127.0.0.1:1\n")
        self.serve()
        told = self.post("memory/free").json()
        self.assertEqual((told["ollama"], told["unloaded"], told["kept"]), (False, [], []))

    def test_stop(self):
        server = self.serve()
        answer = self.post("stop")
        self.assertEqual((answer.status, answer.json()), (202, {"state": "stopping"}))
        self.assertEqual(server.process.wait(LIMIT), 0)
        self.assertIn("stopped.", server.process.stderr.read())

    def test_restart_keeps_the_process_and_its_port(self):
        server = self.serve()
        old = dict(server.page_headers())
        upload = server.upload("a.wav", b"x" * 100_000)
        answer = self.post("restart")
        self.assertEqual((answer.status, answer.json()), (202, {"state": "restarting"}))
        self.assertIn("starting anew", server.process.stderr.readline())
        self.assertIn(f":{server.port}/", server.process.stderr.readline())
        self.assertEqual(server.ask("GET", "/api/v1/sessions", old).status, 401)
        server.cookie = None
        self.assertEqual(server.get(f"/api/v1/uploads/{upload}").json()["offset"], 100_000)
        self.assertEqual(server.stop(), 0)


class Work(Tools, Queue, Case):
    def serve(self, **env):
        self.server = Queue.serve(self, **env)
        return self.server

    def test_a_run_goes_on_after_a_restart(self):
        server = self.serve()
        job = self.add(**self.recording())["id"]
        self.until_works(job, "listen")
        self.assertEqual(self.post("memory/free").code(), "Conflict")
        self.assertEqual(self.post("restart").status, 202)
        self.assertIn("starting anew", server.process.stderr.readline())
        self.assertIn(f":{server.port}/", server.process.stderr.readline())
        self.assertTrue(is_alive(server.process.pid))
        server.cookie = None
        self.assertEqual(self.until_over(job)["state"], "finished")
        self.assert_equals_reference(Path(self.job(job)["results"]))

    def test_a_run_goes_on_after_a_stop(self):
        server = self.serve()
        job = self.add(**self.recording())["id"]
        self.until_works(job, "listen")
        self.assertEqual(self.post("stop").status, 202)
        self.assertEqual(server.process.wait(LIMIT), 0)
        self.serve()
        self.assertEqual(self.until_over(job)["state"], "finished")
        self.assert_equals_reference(Path(self.job(job)["results"]))


if __name__ == "__main__":
    unittest.main()
