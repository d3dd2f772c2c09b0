"""Keys stay where they are: no file, log, process list or support file of any run holds one, crashes included."""

import os
import signal
import unittest
import zipfile
from pathlib import Path

import program
from program import Running, skald

IN_FILE = {"GROQ_API_KEY": "gsk_canaryGroq0123456789AAAA", "HF_TOKEN": "hf_canaryFace0123456789DDDD"}
IN_ENVIRONMENT = {"OPENAI_API_KEY": "sk-canaryOpenai0123456789BBBB", "SOME_OTHER_TOKEN": "plain-canary-other-CCCC"}
CANARIES = [key.encode() for key in [*IN_FILE.values(), *IN_ENVIRONMENT.values()]]


def read(path):
    try:
        return Path(path).read_bytes()
    except OSError:  # the process has ended meanwhile
        return b""


class Canary(program.HomeCase):
    def setUp(self):
        super().setUp()
        (self.home / ".env").write_text("".join(f"{n}={k}\n" for n, k in IN_FILE.items()) + "LOG_LEVEL_CONSOLE=debug\n")
        for name, key in IN_ENVIRONMENT.items():
            os.environ[name] = key
            self.addCleanup(os.environ.pop, name, None)

    def assert_clean(self, what, content):
        for key in CANARIES:
            self.assertFalse(key in content, f"a key stands in {what}")

    def assert_clean_folder(self):
        searched = 0
        for path in self.home.rglob("*"):
            if path.is_file() and path.name != ".env":
                self.assert_clean(path, path.read_bytes())
                searched += 1
        return searched

    def start(self):
        reference = program.reference()
        run = Running("process", reference.short, "--output", self.home / "out", "--progress", "json", home=self.home)
        self.addCleanup(run.stop)
        return run

    def assert_clean_processes(self, run):
        supervisor, *workers = run.tree()
        for pid in [supervisor, *workers]:
            self.assert_clean(f"arguments of {pid}", read(f"/proc/{pid}/cmdline"))
        for pid in workers:
            self.assert_clean(f"environment of worker {pid}", read(f"/proc/{pid}/environ"))
            self.assertRegex(read(f"/proc/{pid}/limits").decode(), r"Max core file size +[01] ")
        return len(workers)

    def test_runs_that_crash_and_one_that_ends(self):
        run = self.start()
        worker = run.wait_for_worker("listen")
        self.assertIsNotNone(worker)
        self.assertEqual(self.assert_clean_processes(run), 1)
        os.kill(worker, signal.SIGSEGV)  # the worker crashes; the run starts it once more
        again = run.wait_for_worker("transcribe")
        self.assertIsNotNone(again)
        self.assert_clean_processes(run)
        os.kill(run.process.pid, signal.SIGSEGV)  # and so does the supervisor
        crashed = run.outcome()
        self.assert_clean("what the crashed run printed", (crashed.out + crashed.err).encode())
        self.assertEqual(crashed.status, -signal.SIGSEGV)
        self.assert_clean_folder()
        last = self.start().outcome()
        self.assertEqual(last.status, 0, last)
        self.assert_clean("what the run printed", (last.out + last.err).encode())
        self.assertGreater(self.assert_clean_folder(), 20)
        self.assertFalse([path for path in self.home.rglob("core*") if path.is_file()])
        self.assertEqual(skald("support", "report.zip", home=self.home).status, 0)
        with zipfile.ZipFile(self.home / "report.zip") as report:
            self.assertTrue([name for name in report.namelist() if name.startswith("logs/")])
            for name in report.namelist():
                self.assert_clean(f"{name} of the support file", report.read(name))

    def test_errors_that_quote_what_they_were_given(self):
        for arguments in [["process", IN_FILE["GROQ_API_KEY"] + ".wav"], ["sessions", "show", IN_FILE["HF_TOKEN"]],
                          ["process", "x.wav", "--model", IN_ENVIRONMENT["SOME_OTHER_TOKEN"]]]:
            done = skald(*arguments, home=self.home)
            self.assertNotEqual(done.status, 0)
            self.assert_clean(arguments[0], (done.out + done.err).encode())


if __name__ == "__main__":
    unittest.main()
