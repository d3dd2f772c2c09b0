"""A disk that is full: the run says so, keeps what is done, and goes on when there is space. Never fills a real disk."""

import os
import subprocess
import unittest

import program
from program import read_tree

MEGABYTE = 1 << 20


def mount(folder, size):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "skald-test", folder],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"cannot mount a small disk: {done.stderr.strip()}")


class FullDisk(program.Case):
    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root may mount a small disk")
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()

    def small_disk(self, size):
        mount(self.disk, size)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=False)

    def enlarge(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.disk], check=True)

    def assert_full(self, done):
        self.assertEqual(done.status, 1, done)
        self.assertEqual(done.out, "")
        [failed] = done.named("failed")
        self.assertEqual(failed["code"], "NoSpace", done)
        self.assertIn("No space left", failed["message"].replace("no space left", "No space left"))
        self.assertIn("Free some space and run the same command again", failed["advice"])

    def assert_complete(self, done):
        self.assertEqual(done.status, 0, done)
        self.assertEqual([done.folder()], list(done.folder().parent.iterdir()))
        self.assert_equals_reference(done.folder())

    # The home fills at one place after the other, from the database to the last stage.
    def test_home(self):
        audio = self.reference.recording.stat().st_size
        kept = sum(file.stat().st_size for file in self.reference.new_home(self.folder / "kept").rglob("*") if file.is_file()) // 1024
        self.small_disk((kept + 24) * 1024)
        home = self.reference.new_home(self.disk / "home")
        output = self.folder / "output"
        places = set()  # the last stage that was done, and the file that did not fit
        for size in [kept + 24, kept + 120] + [audio // 1024 + kept + more for more in (32, 80, 128, 176)]:
            self.enlarge(size * 1024)
            done = program.process(self.reference.recording, output, home=home)
            if done.status == 0:
                break
            self.assert_full(done)
            [failed] = done.named("failed")
            places.add((*list(done.stages())[-1:], failed["message"].split("'")[-2].split("/")[-1]))
            self.assertFalse(output.exists() and list(output.iterdir()), "half a result was left")
        self.assertGreaterEqual(len(places), 3, places)
        self.enlarge(audio + 64 * MEGABYTE)
        if done.status != 0:
            done = program.process(self.reference.recording, output, home=home)
        self.assert_complete(done)
        self.assertEqual(list((home / "work").iterdir()), [])

    def test_output_folder(self):
        home = self.reference.copy_home(self.folder / "done")
        needed = sum(map(len, read_tree(self.reference.results).values()))
        self.small_disk(needed // 3)
        output = self.disk / "output"
        done = program.process(self.reference.recording, output, home=home)
        self.assert_full(done)
        self.assertEqual(list(output.iterdir()), [], "half a result was left")
        self.enlarge(needed + 8 * MEGABYTE)
        done = program.process(self.reference.recording, output, home=home)
        self.assertTrue(all(reused for stage, reused in done.stages().items() if stage != "export"), done)
        self.assert_complete(done)


if __name__ == "__main__":
    unittest.main()
