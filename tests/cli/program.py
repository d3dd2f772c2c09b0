"""Runs the built program for tests, and keeps one uninterrupted run that all of them compare with.

SKALD_BUILD names the build folder; without it, the one in the checkout is taken. Standard library only.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("SKALD_BUILD") or ROOT / "build").absolute()
SHARED = ROOT.parent / "shared" / "testdata"
RATE = 16000
LIMIT = 300  # seconds; far beyond what any of these runs takes
WORKERS = ["worker_media", "worker_listen", "worker_asr"]
CAN_CLASSIFY = (BUILD / "worker_classify").exists() and (ROOT / "data" / "classification" / "head.bin").exists()


def need_programs():
    """Skips the test where the program is not built or its models are not there."""
    missing = [name for name in ["skald", *WORKERS] if not (BUILD / name).exists()]
    if missing:
        raise unittest.SkipTest(f"not built: {', '.join(missing)}")
    listed = subprocess.run([BUILD / "skald", "models", "list"], env=environment(Path(tempfile.gettempdir())),
                            capture_output=True, text=True, timeout=LIMIT, check=False)
    absent = [line.split()[0] for line in listed.stdout.splitlines() if " missing " in f"{line} "]
    if listed.returncode != 0 or absent:
        raise unittest.SkipTest(f"models not installed: {', '.join(absent) or listed.stderr.strip()}")


def environment(home, **more):
    """The caller's environment without settings of its own."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("SKALD_") or name in ("SKALD_MODELS", "SKALD_DATA")}
    return {**kept, "SKALD_HOME": str(home), "LC_ALL": "C.UTF-8", **more}


class Outcome:
    """What a run left: status, standard output, and the events and other lines of standard error."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err
        self.events = events(err)

    def stages(self):
        """Stage to whether its result was there already."""
        return {e["stage"]: e["reused"] for e in self.events if e["event"] == "stage_done"}

    def named(self, kind):
        return [e for e in self.events if e["event"] == kind]

    def folder(self):
        return Path(self.out.strip())

    def __repr__(self):
        return f"status {self.status}\n{self.out}\n{self.err}"


def events(text):
    found = []
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "event" in event:
            found.append(event)
    return found


def skald(*arguments, home, cwd=None, **env):
    done = subprocess.run([BUILD / "skald", *map(str, arguments)], env=environment(home, **env), cwd=cwd or home,
                          capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)


def process_arguments(recording, output, *more):
    """`skald process` with events, without the stage whose program is not built."""
    options = ["--output", output, "--progress", "json"]
    if not CAN_CLASSIFY and "--skip" not in more:
        options += ["--skip", "classification"]
    return ["process", recording, *options, *more]


def process(recording, output, *more, home, **env):
    return skald(*process_arguments(recording, output, *more), home=home, **env)


class Running:
    """A run in the background, in a process group of its own, as a shell starts it."""

    def __init__(self, *arguments, home, **env):
        self.log = tempfile.NamedTemporaryFile(prefix="events-", dir=home, delete=False)
        self.process = subprocess.Popen([BUILD / "skald", *map(str, arguments)], env=environment(home, **env), cwd=home,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, start_new_session=True)

    def wait(self, seconds=LIMIT):
        """True once the run has ended."""
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def events(self):
        return events(Path(self.log.name).read_text())

    def stage(self):
        """The stage that works now, as the last event tells."""
        told = [e["stage"] for e in self.events() if "stage" in e]
        return told[-1] if told else "start"

    def wait_for(self, stage):
        """Waits until a stage works, or is done; False where the run ended first."""
        while not self.wait(0.02):
            if any(e.get("stage") == stage for e in self.events()):
                return True
        return False

    def wait_for_worker(self, stage):
        """Waits until a stage's worker is there; its process number, or None where the run ended first."""
        if self.wait_for(stage):
            while not self.wait(0.02):
                if len(self.tree()) > 1 and self.stage() == stage:
                    return self.tree()[-1]
        return None

    def tree(self):
        """The program and its workers, by process number."""
        pid = self.process.pid
        try:
            return [pid] + [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return [pid]

    def outcome(self):
        self.wait()
        self.log.close()
        err = Path(self.log.name).read_text()
        os.unlink(self.log.name)
        out = self.process.stdout.read()
        self.process.stdout.close()
        return Outcome(self.process.returncode, out, err)

    def stop(self):
        """Ends what is left, for a test that failed."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()
        self.log.close()


def write_wav(path, samples, channels=1, rate=RATE):
    """`samples`: bytes of 16-bit PCM."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples)
    return path


def read_tree(folder):
    """Relative path to content, of all files below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(Path(folder).rglob("*")) if p.is_file()}


def speech():
    """About a minute of two people speaking, as 16-bit PCM at 16 kHz: real speech beside the checkout, else flite's."""
    with tempfile.TemporaryDirectory() as folder:
        source = SHARED / "synth_sessions" / "en_ls_2spk.flac"
        if not source.exists():
            if not shutil.which("flite"):
                raise unittest.SkipTest("there is no speech: neither shared/testdata nor flite")
            source = write_flite(Path(folder) / "flite.wav")
        done = process(source, Path(folder) / "out", "--until", "decode", home=Path(folder))
        if done.status != 0:
            raise AssertionError(f"cannot decode {source}: {done}")
        [decoded] = Path(folder).glob("artifacts/*/*/audio.wav")
        with wave.open(str(decoded)) as audio:
            return audio.readframes(audio.getnframes())


def write_flite(path):
    lines = ["The gate of the old mill stands open, and the miller is nowhere to be seen.",
             "I draw my sword and step over the broken beam. Is anybody there?",
             "Roll for perception. The floor creaks, and something moves behind the sacks.",
             "Seventeen. I hold the lantern high and look at the far wall.",
             "You find a small iron key, three silver coins, and the mark of the raven.",
             "We should go back to the village before the rain starts again."]
    samples = b""
    for number, line in enumerate(lines * 2):
        part = path.with_suffix(f".{number}.wav")
        subprocess.run(["flite", "-voice", ["slt", "rms"][number % 2], "-t", line, "-o", part], check=True)
        with wave.open(str(part)) as audio:
            samples += audio.readframes(audio.getnframes()) + bytes(RATE)
    return write_wav(path, samples)


class Reference:
    """One uninterrupted run: `recording`, `home`, `results` and `outcome`; and two shorter pieces of the same speech."""

    def __init__(self, folder):
        self.recording = folder / "talk.wav"
        self.short, self.other = folder / "one" / "piece.wav", folder / "two" / "piece.wav"
        self.home = folder / "home"
        self.results = next((folder / "output").iterdir())
        self.outcome = Outcome(0, (folder / "stdout").read_text(), (folder / "stderr").read_text())

    def new_home(self, target):
        """A home in which nothing is done, but that knows already what suits this machine."""
        return shutil.copytree(self.home.parent / "measured", target)

    def copy_home(self, target):
        """A home in which everything is done already."""
        shutil.copytree(self.home, target)
        return target


class HomeCase(unittest.TestCase):
    """Tests with the programs and an empty home each."""

    @classmethod
    def setUpClass(cls):
        need_programs()

    def setUp(self):
        self.home = Path(self.enterContext(tempfile.TemporaryDirectory()))


class Case(unittest.TestCase):
    """Tests that share the reference run; each has a folder of its own, with a home in which nothing is done."""

    @classmethod
    def setUpClass(cls):
        cls.reference = reference()

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.output = self.folder / "output"
        self.home = self.make_home(self.folder / "home")

    def make_home(self, target):
        return self.reference.new_home(target)

    def assert_equals_reference(self, results):
        """The same files as those of the reference run, byte for byte."""
        found, wanted = read_tree(results), read_tree(self.reference.results)
        self.assertEqual(sorted(found), sorted(wanted), results)
        for name, content in wanted.items():
            self.assertEqual(found[name], content, f"{name} differs from that of the uninterrupted run")


class LaterCase(Case):
    """Where all that the reference run made is in the home already."""

    def make_home(self, target):
        return self.reference.copy_home(target)


def make_reference(folder):
    pcm = speech()[:2 * RATE * 42]
    write_wav(folder / "talk.wav", pcm)
    for name, start in [("one", 0), ("two", 20)]:
        (folder / name).mkdir()
        write_wav(folder / name / "piece.wav", pcm[2 * RATE * start:2 * RATE * (start + 15)])
    (folder / "measured").mkdir()
    done = skald("models", "tune", "base", home=folder / "measured")
    if done.status != 0:
        raise AssertionError(f"the speech model was not measured: {done}")
    shutil.copytree(folder / "measured", folder / "home")
    done = process(folder / "talk.wav", folder / "output", home=folder / "home")
    if done.status != 0:
        raise AssertionError(f"the uninterrupted run failed: {done}")
    (folder / "stdout").write_text(done.out)
    (folder / "stderr").write_text(done.err)


def programs_key():
    """Changes with every build."""
    names = sorted(p for p in BUILD.iterdir() if p.name == "skald" or p.name.startswith("worker_"))
    told = [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in names]
    weights = sorted((ROOT / "data" / "classification").glob("*.bin"))
    told += [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in weights]
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    return hashlib.sha256(repr((told, CAN_CLASSIFY, own)).encode()).hexdigest()[:16]


def reference():
    """The uninterrupted run of this build; made by the first test that asks, kept in the build folder."""
    need_programs()
    base = BUILD / "tests" / "cli"
    base.mkdir(parents=True, exist_ok=True)
    with open(base / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = base / programs_key()
        if not folder.exists():
            for old in base.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            making = base / "making"
            making.mkdir()
            make_reference(making)
            making.rename(folder)
    return Reference(folder)
