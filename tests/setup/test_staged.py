"""What is staged: reports that change nothing, damage, removal, and the real manifest."""

import subprocess
import sys
import unittest

from index import ROOT, SetupCase, component, sha256

from skald_deps.manifest import Manifest


class Staged(SetupCase):
    def setUp(self):
        super().setUp()
        self.write_manifest(component("first", self.index.add("first", {"first/a.txt": b"one"})))

    def test_check_reports_what_is_missing_and_touches_nothing(self):
        done = self.stage("--check")
        self.assertEqual((done.returncode, done.stdout), (1, "[setup] first 1.0: missing\n"))
        self.assertFalse(self.cache.exists())
        self.assertEqual(self.index.fetched, [])

    def test_check_reports_what_is_present(self):
        self.stage()
        done = self.stage("--check")
        self.assertEqual((done.returncode, done.stdout), (0, "[setup] first 1.0: present\n"))

    def test_verify_names_a_changed_file_with_both_hashes(self):
        self.stage()
        file = (self.cache / "stage/libraries/first/a.txt").resolve()
        file.write_bytes(b"two")
        done = self.stage("--check", "--verify")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"wrong hash: {file} should have sha256 {sha256(b'one')} but has {sha256(b'two')}", done.stdout)
        self.assertEqual(file.read_bytes(), b"two")

    def test_a_lost_file_is_staged_again_without_a_download(self):
        self.stage()
        (self.cache / "stage/libraries/first/a.txt").unlink()
        self.assertEqual(self.stage().returncode, 0)
        self.assertEqual(self.kept("first"), {"a.txt": b"one"})
        self.assertEqual(len(self.index.fetched), 1)

    def test_a_new_version_takes_its_place_and_the_old_one_stays_for_those_who_use_it(self):
        self.stage()
        old = (self.cache / "stage/libraries/first").resolve()
        self.write_manifest(component("first", self.index.add("first", {"first/a.txt": b"new"})))
        self.assertEqual(self.stage().returncode, 0)
        self.assertEqual(self.kept("first"), {"a.txt": b"new"})
        self.assertEqual((old / "a.txt").read_bytes(), b"one")

    def test_content_that_is_not_as_pinned_is_refused(self):
        data = self.index.add("second", {"second/a.txt": b"one"})
        self.write_manifest(component("second", data, content={"kept/a.txt": "2" * 64}))
        self.assert_error(self.stage(), "wrong hash", "kept/a.txt of second", "2" * 64, sha256(b"one"))

    def test_remove_leaves_the_files_of_others(self):
        self.stage()
        other = self.cache / "notes.txt"
        other.write_text("mine")
        done = self.stage("--remove")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([p.name for p in self.cache.iterdir()], ["notes.txt"])

    def test_an_unknown_component_is_named(self):
        self.assert_error(self.stage("--only", "nothing"), "no component is called nothing", "first")

    def test_a_cache_that_cannot_be_made(self):
        self.cache = self.manifest / "below-a-file"
        done = self.stage()
        self.assert_error(done, self.cache)


class RealManifest(unittest.TestCase):
    def test_every_row_is_whole(self):
        self.assertEqual(Manifest(ROOT / "deps" / "manifest.json").problems(), [])

    def test_rows_that_are_not_whole_are_found(self):
        manifest = Manifest(ROOT / "deps" / "manifest.json")
        manifest.components[0] = {**manifest.components[0], "licence": ""}
        manifest.components[1]["downloads"][0]["sha256"] = "short"
        self.assertEqual(len(manifest.problems()), 2)

    def test_notice_names_every_component_and_both_model_makers(self):
        notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
        manifest = Manifest(ROOT / "deps" / "manifest.json")
        for row in manifest.components + manifest.apt:
            self.assertIn(row["name"], notice)
        for name in ("pyannote", "CC-BY-4.0", "Whisper by OpenAI"):
            self.assertIn(name, notice)

    def test_notice_is_current(self):
        done = subprocess.run([sys.executable, str(ROOT / "deps" / "notice.py"), "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
