"""tools/: the test runner counts what happened, the build script names causes, the tree check finds what it should."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import build  # noqa: E402
import run_tests  # noqa: E402

SUITE = '''import unittest
class Some(unittest.TestCase):
    def test_good(self):
        pass
    def test_bad(self):
        self.assertEqual(1, 2)
    def test_error(self):
        raise OSError("no")
    @unittest.skip("no data here")
    def test_left_out(self):
        """What it does."""
    def test_parts(self):
        for part in (1, 2):
            with self.subTest(part=part):
                self.assertEqual(part, 1)
class Absent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("no program here")
    def test_never(self):
        pass
'''
NINJA = """[1/3] Building CXX object a.o
FAILED: a.o
/usr/bin/c++ -I src -O2 -o a.o -c a.cpp """ + "-DX " * 60 + """
a.cpp:3:5: error: 'x' was not declared in this scope
    3 |     x = 1;
      |     ^
ninja: build stopped: subcommand failed.
"""


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="skald-tools-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Runner(InFolder):
    def python(self, text):
        (self.folder / "test_some.py").write_text(text, encoding="utf-8")
        return run_tests.run(run_tests.Job("some", run_tests.python_command("test_some"), "python", self.folder))

    def test_python_cases_are_counted(self):
        outcome = self.python(SUITE)
        self.assertEqual((outcome.passed, outcome.failed), (1, 3))
        self.assertEqual(outcome.skipped, [("setUpClass (test_some.Absent)", "no program here"),
                                           ("test_some.Some.test_left_out", "no data here")])

    def test_python_that_cannot_be_read_is_a_failure(self):
        outcome = self.python("import nothing_called_so\n")
        self.assertEqual((outcome.passed, outcome.failed), (0, 1))

    def test_a_crash_is_a_failure(self):
        for kind in ("gtest", "plain", "python"):
            outcome = run_tests.run(run_tests.Job("crash", ["sh", "-c", "kill -SEGV $$"], kind))
            self.assertEqual((outcome.passed, outcome.failed), (0, 1), kind)

    def test_a_program_that_does_not_end_is_a_failure(self):
        outcome = run_tests.run(run_tests.Job("endless", ["tail", "-f", os.devnull], "plain", timeout=0.2))
        self.assertEqual((outcome.passed, outcome.failed), (0, 1))
        self.assertIn("stopped after", outcome.output)

    def test_a_script_may_skip_itself_with_a_reason(self):
        outcome = run_tests.run(run_tests.Job("skip", ["sh", "-c", "echo no such tool; exit 77"], "plain"))
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (0, 0, [("skip", "no such tool")]))

    @unittest.skipUnless(os.environ.get("SKALD_BUILD"), "SKALD_BUILD names no build folder")
    def test_googletest_cases_are_counted(self):
        program = Path(os.environ["SKALD_BUILD"]) / "tests" / "base_test"
        listed = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True, check=True).stdout
        outcome = run_tests.run(run_tests.Job("base_test", [str(program)], "gtest"))
        self.assertEqual((outcome.passed, outcome.failed), (sum(line.startswith("  ") for line in listed.splitlines()), 0))


class Build(unittest.TestCase):
    def test_a_failure_shows_the_cause_not_the_command(self):
        causes = build.causes(NINJA.splitlines())
        self.assertEqual(causes[0], "a.cpp:3:5: error: 'x' was not declared in this scope")
        self.assertNotIn("-DX", "\n".join(causes))

    def test_presets_inherit(self):
        settings = build.preset("asan")
        self.assertEqual((settings["CMAKE_BUILD_TYPE"], settings["SKALD_SANITIZE"]), ("Release", "address,undefined"))

    def test_an_unknown_preset_is_named(self):
        with self.assertRaisesRegex(SystemExit, "no preset is called none; there are release"):
            build.preset("none")

    def test_a_project_that_cannot_be_configured_says_why(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()) as said:
            status = build.configure(Path(folder) / "b", {"SKALD_STAGE": folder, "SKALD_DOWNLOAD": "OFF",
                                                        "CMAKE_DISABLE_FIND_PACKAGE_CLI11": "ON"})
        self.assertEqual(status, 1)
        self.assertIn("cli11 is neither installed nor staged", said.getvalue())


class Tree(InFolder):
    def findings(self, **files):
        """What tools/check_tree says about a tree with these files; `__` stands for /."""
        for name, text in {"tools__check_tree": (ROOT / "tools" / "check_tree").read_text(), ".ci__run": "make test\n", **files}.items():
            path = self.folder / name.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755)
        subprocess.run(["git", "init", "-q"], cwd=self.folder, check=True)
        done = subprocess.run([sys.executable, "tools/check_tree"], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1 if done.stdout.strip() else 0, done.stderr)
        return done.stdout.split("\n")[:-1] if done.stdout.strip() else []

    def test_a_clean_tree(self):
        self.assertEqual(self.findings(**{"src__a.cpp": "int a;\n", "README.md": "See `src/a.cpp`.\n"}), [])

    def test_each_kind_of_finding(self):
        found = self.findings(**{
            "README.md": "See `src/gone.cpp`.\n",
            "src__long.cpp": "int a;\n" * 601,
            "src__open.cpp": "// TO" "DO: more\n",
            "tests__slow.cpp": "std::this_thread::sleep_" "for(1s);\n",
            "src__path.cpp": 'auto p = "/ro' 'ot/x";\n',
            "src__registry.cpp": '// https://py' 'pi.org/simple\n',
        })
        self.assertEqual(len(found), 6, found)
        for part in ("README.md names src/gone.cpp", "601 lines", "open.cpp:1", "slow.cpp:1", "path.cpp:1", "registry.cpp:1"):
            self.assertTrue(any(part in line for line in found), part)

    def test_ci_must_run_the_tests(self):
        self.assertEqual(self.findings(**{".ci__run": "true\n"}), [".ci/run must be executable and call `make test`"])


@unittest.skipUnless(shutil.which("make"), "make is needed")
class Make(unittest.TestCase):
    def test_demo_and_test_set_up_first(self):
        for target, purpose in (("demo", "--for demo"), ("test", "--for test")):
            done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
            commands = [line for line in done.stdout.splitlines() if not line.startswith("make")]
            self.assertIn(f"deps/stage.py {purpose}", commands[0])


if __name__ == "__main__":
    unittest.main()
