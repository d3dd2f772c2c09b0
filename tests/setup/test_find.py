"""cmake/SkaldFind.cmake: an installed package wins, then the staged copy, then a download by hash."""

import shutil
import subprocess
import unittest

from index import ROOT, SetupCase, git_repository, sha256

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(finds LANGUAGES NONE)
list(APPEND CMAKE_MODULE_PATH {root}/cmake)
include(SkaldFind)
skald_headers(Things "" Things::things things)
get_target_property(folder Things::things INTERFACE_INCLUDE_DIRECTORIES)
message(STATUS "found in ${{folder}}")
"""
INSTALLED = """add_library(Things::things INTERFACE IMPORTED)
set_target_properties(Things::things PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "/installed/include")
"""


@unittest.skipUnless(shutil.which("cmake") and shutil.which("git"), "cmake and git are needed")
class Find(SetupCase):
    def setUp(self):
        super().setUp()
        self.address = git_repository(self.folder / "repository", {"include/things.h": "one"}, "v1")
        self.write_things(sha256(f"include/things.h\0{sha256(b'one')}\n".encode()))
        project = self.folder / "project"
        (project / "deps").mkdir(parents=True)
        (project / "CMakeLists.txt").write_text(PROJECT.format(root=ROOT))
        for name in ("stage.py", "skald_deps"):
            copy = shutil.copytree if (ROOT / "deps" / name).is_dir() else shutil.copy
            copy(ROOT / "deps" / name, project / "deps" / name)
        shutil.copy(self.manifest, project / "deps" / "manifest.json")

    def write_things(self, digest):
        source = {"client": "git", "package": self.address, "version": "v1", "sha256": digest, "paths": ["include"]}
        self.write_manifest({"name": "things", "version": "1", "licence": "MIT", "holder": "nobody", "reason": "a test", "takes": "all",
                             "downloads": [source], "take": [{"from": "**", "to": "."}], "places": {"sources/things": "."}})
        project = self.folder / "project" / "deps"
        if project.is_dir():
            shutil.copy(self.manifest, project / "manifest.json")

    def configure(self, *settings):
        # The PATH has neither cargo nor npm.
        command = ["cmake", "-S", self.folder / "project", "-B", self.folder / "build", "--fresh", "-G", "Ninja",
                   f"-DSKALD_STAGE={self.cache}/stage", *settings]
        return subprocess.run(command, env=self.environment(PATH="/usr/bin:/bin"), capture_output=True, text=True, check=False)

    def test_an_installed_package_wins(self):
        package = self.folder / "packages"
        package.mkdir()
        (package / "ThingsConfig.cmake").write_text(INSTALLED)
        done = self.configure(f"-DThings_DIR={package}")
        self.assertIn("found in /installed/include", done.stdout, done.stderr)
        self.assertFalse(self.cache.exists())

    def test_the_staged_copy_comes_next(self):
        staged = self.cache / "stage" / "sources" / "things" / "include"
        staged.mkdir(parents=True)
        shutil.rmtree(self.folder / "repository")
        done = self.configure()
        self.assertIn(f"found in {staged}", done.stdout, done.stderr)

    def test_a_download_by_hash_comes_last(self):
        done = self.configure()
        self.assertIn(f"found in {self.cache}/stage/sources/things/include", done.stdout, done.stderr)
        self.assertEqual((self.cache / "stage/sources/things/include/things.h").read_text(), "one")

    def test_a_download_with_another_hash_is_refused(self):
        self.write_things("3" * 64)
        done = self.configure()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("wrong hash", done.stderr)
        self.assertIn("things is neither installed nor staged", done.stderr)

    def test_without_permission_nothing_is_downloaded(self):
        done = self.configure("-DSKALD_DOWNLOAD=OFF")
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse(self.cache.exists())


if __name__ == "__main__":
    unittest.main()
