"""Downloads: what is kept, what is fetched again, and what the user reads when one cannot be had."""

import os
import resource
import signal
import socket
import subprocess
import threading
import unittest

from index import SetupCase, component, git_repository, sha256, wheel


class Downloads(SetupCase):
    def two(self):
        """Two components; returns their wheels' file names."""
        first = self.index.add("first", {"first/a.txt": b"one"})
        second = self.index.add("second", {"second/b.bin": bytes(200_000)})
        self.write_manifest(component("first", first), component("second", second))
        return "first-1.0-py3-none-any.whl", "second-1.0-py3-none-any.whl"

    def test_stages_and_does_nothing_the_second_time(self):
        self.two()
        done = self.stage()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.kept("first"), {"a.txt": b"one"})
        self.assertRegex(done.stdout, r"downloading second 1\.0 with pip, 0\.2 MB \.\.\.\n.*done in [\d.]+ s")
        asked = list(self.index.fetched)
        again = self.stage()
        self.assertEqual((again.returncode, again.stdout, again.stderr), (0, "", ""))
        self.assertEqual(self.index.fetched, asked)

    def test_a_download_that_breaks_off_goes_on_with_what_is_missing(self):
        first, second = self.two()
        self.index.cut.add(second)
        self.assert_error(self.stage(), second)
        self.assertEqual(self.index.fetched.count(first), 1)
        self.index.cut.clear()
        self.assertEqual(self.stage().returncode, 0)
        self.assertEqual(self.index.fetched.count(first), 1)
        self.assertEqual(self.kept("second"), {"b.bin": bytes(200_000)})

    def test_a_run_killed_half_way_goes_on_with_what_is_missing(self):
        first, second = self.two()
        half = self.index.hang[second] = threading.Event()
        run = subprocess.Popen(self.command(), env=self.environment(), stdout=subprocess.DEVNULL, start_new_session=True)
        self.assertTrue(half.wait(60))
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        self.assertTrue(list((self.cache / "downloads").glob(".part-*")))
        self.index.hang.clear()
        self.assertEqual(self.stage().returncode, 0)
        self.assertEqual(self.index.fetched.count(first), 1)
        self.assertEqual(self.kept("second"), {"b.bin": bytes(200_000)})
        self.assertFalse(list((self.cache / "downloads").glob(".part-*")))

    def test_a_wrong_hash_names_file_wanted_and_found_and_removes_nothing(self):
        self.two()
        self.assertEqual(self.stage().returncode, 0)
        held = sorted(p for p in self.cache.rglob("*") if p.is_file())
        name, forged = wheel("third", {"third/c.txt": b"forged"})
        self.index.wheels[name] = forged
        wanted = wheel("third", {"third/c.txt": b"true"})[1]
        self.write_manifest(component("third", wanted))
        self.assert_error(self.stage(), name, sha256(wanted), sha256(forged), "wrong hash")
        self.assertTrue(all(p.is_file() for p in held))
        self.assertEqual(self.kept("first"), {"a.txt": b"one"})
        self.assertIsNone(self.kept("third"))

    def test_a_damaged_download_is_named_and_only_it_is_fetched_again(self):
        first, second = self.two()
        self.assertEqual(self.stage().returncode, 0)
        held = next((self.cache / "downloads").glob(f"*/{second}"))
        held.write_bytes(b"damaged")
        self.write_manifest(component("second", self.index.wheels[second], reason="another", content={}, version="1.0.1"))
        done = self.stage()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"wrong hash: {held} should have sha256 {sha256(self.index.wheels[second])} but has {sha256(b'damaged')}", done.stdout)
        self.assertEqual((self.index.fetched.count(first), self.index.fetched.count(second)), (1, 2))

    def test_no_network(self):
        self.two()
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        done = self.stage(environment={"PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple", "PIP_RETRIES": "1"})
        self.assert_error(done, "first-1.0-py3-none-any.whl", "there is no network, or the server does not answer")

    def test_no_space_is_told_before_anything_is_fetched(self):
        data = self.index.add("first", {"first/a.txt": b"one"})
        self.write_manifest(component("first", data, unpacked=10**18))
        self.assert_error(self.stage(), "no disk space for first", "free", "needed")
        self.assertEqual(self.index.fetched, [])

    def test_a_disk_that_fills_up_during_a_download(self):
        _, second = self.two()

        def small_files_only():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        self.assert_error(self.stage(preexec_fn=small_files_only), "the disk is full")
        self.assertEqual(self.stage().returncode, 0)
        self.assertEqual(self.kept("second"), {"b.bin": bytes(200_000)})


class Clients(SetupCase):
    def without(self, *hidden):
        """A PATH with links to all programs but some."""
        folder = self.folder / "bin"
        folder.mkdir()
        for place in ("/usr/bin", "/bin", "/usr/local/bin"):
            for program in os.scandir(place) if os.path.isdir(place) else []:
                link = folder / program.name
                if program.name not in hidden and not os.path.lexists(link):
                    link.symlink_to(program.path)
        return {"PATH": str(folder)}

    def cargo_row(self, **more):
        source = {"client": "cargo", "package": "some-crate", "version": "1.0", "sha256": "0" * 64, "paths": ["include"]}
        return component("headers", b"", downloads=[source], take=[{"from": "**", "to": "kept"}], **more)

    def test_a_missing_client_is_named(self):
        self.write_manifest(self.cargo_row())
        self.assert_error(self.stage(environment=self.without("cargo")), "cannot download some-crate", "cargo is not installed")

    def test_without_cargo_the_second_source_stands_in(self):
        repository = self.folder / "repository"
        address = git_repository(repository, {"include/a.h": "#define A 1\n", "other/b.h": ""}, "v1")
        kept = f"include/a.h\0{sha256(b'#define A 1' + bytes([10]))}\n".encode()
        source = {"client": "git", "package": address, "version": "v1", "sha256": sha256(kept), "paths": ["include"]}
        self.write_manifest(self.cargo_row(otherwise=[source]))
        done = self.stage(environment=self.without("cargo"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("cargo is not installed; trying another source", done.stdout)
        self.assertEqual((self.cache / "stage/libraries/headers/include/a.h").read_text(), "#define A 1\n")

    def test_sources_from_git_are_compared_with_their_hash_too(self):
        address = git_repository(self.folder / "repository", {"include/a.h": "changed"}, "v1")
        source = {"client": "git", "package": address, "version": "v1", "sha256": "1" * 64, "paths": ["include"]}
        self.write_manifest(component("headers", b"", downloads=[source], take=[{"from": "**", "to": "kept"}]))
        self.assert_error(self.stage(), "wrong hash", "1" * 64, sha256(f"include/a.h\0{sha256(b'changed')}\n".encode()))


if __name__ == "__main__":
    unittest.main()
