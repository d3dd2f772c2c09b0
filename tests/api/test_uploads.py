"""Uploads in pieces: what was answered is there after a kill; what was not counts for nothing."""

import hashlib
import os
import random
import unittest
from pathlib import Path

from serving import Serving, received

from program import HomeCase

OCTETS = {"Content-Type": "application/octet-stream"}


class Uploads(HomeCase):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.content = random.Random(7).randbytes(300_000)

    def serve(self, **env):
        server = Serving(self.home, **env)
        self.addCleanup(server.kill)
        return server

    def begin(self, size=None, name="evening.mp3"):
        begun = self.server.send_json("POST", "/api/v1/uploads", {"name": name, "size": len(self.content) if size is None else size})
        self.assertEqual(begun.status, 201, begun)
        return begun.json()["id"]

    def offset(self, upload):
        return self.server.get(f"/api/v1/uploads/{upload}").json()["offset"]

    def assert_complete(self, upload):
        told = self.server.get(f"/api/v1/uploads/{upload}").json()
        digest = hashlib.sha256(self.content).hexdigest()
        self.assertEqual((told["state"], told["sha256"], told["offset"]), ("complete", digest, len(self.content)))
        self.assertEqual((self.home / "uploads" / str(upload)).read_bytes(), self.content)

    def test_pieces_become_the_file(self):
        begun = self.server.send_json("POST", "/api/v1/uploads", {"name": "evening.mp3", "size": len(self.content)}).json()
        self.assertEqual((begun["name"], begun["offset"], begun["state"], begun["sha256"]), ("evening.mp3", 0, "receiving", None))
        self.assertEqual(begun["piece_bytes"], 8 << 20)
        upload = begun["id"]
        for start in range(0, len(self.content), 70_001):
            piece = self.content[start:start + 70_001]
            sent = self.server.send_piece(upload, start, piece)
            self.assertEqual((sent.status, sent.json()["offset"]), (200, start + len(piece)), sent)
        self.assertEqual(sent.json()["state"], "complete")
        self.assert_complete(upload)
        file = self.home / "uploads" / str(upload)
        self.assertEqual((file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777), (0o600, 0o700))
        self.assertEqual([u["id"] for u in self.server.get("/api/v1/uploads").json()["uploads"]], [upload])
        self.assertEqual(self.server.change("DELETE", f"/api/v1/uploads/{upload}").status, 200)
        self.assertFalse(file.exists())
        self.assertEqual(self.server.get(f"/api/v1/uploads/{upload}").status, 404)
        self.assertEqual(self.server.send_piece(upload, 0, b"x").status, 404)

    def test_a_piece_begins_where_the_last_one_ended(self):
        upload = self.begin()
        self.assertEqual(self.server.send_piece(upload, 0, self.content[:1000]).status, 200)
        for wrong in (0, 999, 1001, len(self.content), 10**18):
            refused = self.server.send_piece(upload, wrong, self.content[:10])
            self.assertEqual((refused.status, refused.code(), refused.json()["offset"]), (409, "Conflict", 1000), wrong)
        for odd in ("-1", "x", "", "1e3", "99999999999999999999999"):
            refused = self.server.change("PUT", f"/api/v1/uploads/{upload}?offset={odd}", OCTETS, b"x")
            self.assertEqual(refused.status, 400, odd)
        self.assertEqual(self.server.send_piece(upload, 1000, self.content[1000:]).status, 200)
        self.assert_complete(upload)

    def test_more_than_announced_or_too_much_at_once_counts_for_nothing(self):
        upload = self.begin()
        self.assertEqual(self.server.send_piece(upload, 0, self.content + b"x").status, 400)
        self.assertEqual(self.offset(upload), 0)
        large = self.begin(20 << 20)
        self.assertIn(b"HTTP/1.1 413 ", received(self.begin_raw(large, 0, (8 << 20) + 1)))
        try:
            chunked = self.server.change("PUT", f"/api/v1/uploads/{large}?offset=0", {**OCTETS, "Transfer-Encoding": "chunked"},
                                         iter([bytes(1 << 20)] * 9))
            self.assertEqual(chunked.status, 413, chunked)
        except ConnectionError:
            pass  # the server closed before all was sent
        self.assertEqual(self.offset(large), 0)
        self.assertEqual(self.server.send_piece(large, 0, bytes(8 << 20)).json()["offset"], 8 << 20)

    def begin_raw(self, upload, offset, length):
        """A connection on which a piece of that length is announced."""
        own = self.server.page_headers()
        line = self.server.connect()
        self.addCleanup(line.close)
        line.sendall((f"PUT /api/v1/uploads/{upload}?offset={offset} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n"
                      f"Content-Type: application/octet-stream\r\nCookie: {own['Cookie']}\r\nX-Skald-CSRF: {self.server.csrf}\r\n"
                      f"Content-Length: {length}\r\n\r\n").encode())
        return line

    def test_a_piece_that_is_cut_off_counts_for_nothing(self):
        upload = self.begin()
        with self.begin_raw(upload, 0, 1000) as line:
            line.sendall(b"\0" * 500)
        self.assertEqual(self.offset(upload), 0)
        self.assertEqual(self.server.send_piece(upload, 0, self.content).status, 200)
        self.assert_complete(upload)

    def test_of_two_tries_the_newer_one_counts(self):
        upload = self.begin()
        older = self.begin_raw(upload, 0, 1000)
        older.sendall(b"\0" * 500)
        self.assertEqual(self.server.send_piece(upload, 0, self.content).status, 200)
        older.sendall(b"\0" * 500)
        self.assertIn(b"HTTP/1.1 409 ", received(older))
        self.assert_complete(upload)

    def test_goes_on_after_a_kill_of_the_server(self):
        upload = self.begin()
        acknowledged = 0
        for end in (50_000, 120_000, 300_000):
            self.assertEqual(self.offset(upload), acknowledged)
            self.assertEqual(self.server.send_piece(upload, acknowledged, self.content[acknowledged:end]).status, 200)
            acknowledged = end
            if end < len(self.content):
                line = self.begin_raw(upload, end, 1000)
                line.sendall(b"\0" * 900)
                self.server.kill()
                self.server = self.serve()
        events = self.server.events()
        events.next()
        if self.server.get(f"/api/v1/uploads/{upload}").json()["state"] == "checking":
            self.assertEqual(events.next()[1], "upload.changed")
        events.close()
        self.assert_complete(upload)

    def test_a_file_that_was_cut_or_removed_by_hand_begins_where_it_ends(self):
        cut, gone = self.begin(), self.begin()
        for upload in (cut, gone):
            self.assertEqual(self.server.send_piece(upload, 0, self.content[:100_000]).status, 200)
        self.server.stop()
        os.truncate(self.home / "uploads" / str(cut), 60_000)
        (self.home / "uploads" / str(gone)).unlink()
        (self.home / "uploads" / "424242").write_bytes(b"nobody knows it")
        self.server = self.serve()
        self.assertEqual((self.offset(cut), self.offset(gone)), (60_000, 0))
        self.assertFalse((self.home / "uploads" / "424242").exists())

    def test_names_are_data(self):
        for bad in ["", "a/b.wav", "../evil", "/etc/passwd", "a\nb", "a\0b", "x" * 256, 7, None]:
            refused = self.server.send_json("POST", "/api/v1/uploads", {"name": bad, "size": 5})
            self.assertEqual((refused.status, refused.code()), (400, "Usage"), bad)
        for good in ["..", "<img src=x onerror=alert(1)>.wav", "a b.wav", "--help", "\u00e9\u6f22.flac"]:
            upload = self.begin(5, good)
            self.assertEqual(self.server.get(f"/api/v1/uploads/{upload}").json()["name"], good)
        self.assertEqual({p.name for p in (self.home / "uploads").iterdir()}, {str(n) for n in range(1, 6)})

    def test_sizes(self):
        for bad in [0, -1, 1.5, "5", None, 10**30]:
            self.assertIn(self.server.send_json("POST", "/api/v1/uploads", {"name": "a.wav", "size": bad}).status, (400, 422), bad)
        self.assertEqual(self.server.send_json("POST", "/api/v1/uploads", {"name": "a.wav", "size": 32 * 10**9 + 1}).status, 422)

    def test_the_disk_keeps_its_reserve(self):
        upload = self.begin()
        self.server.stop()
        self.server = self.serve(UPLOAD_RESERVE_GIGABYTES="100000")
        for refused in [self.server.send_json("POST", "/api/v1/uploads", {"name": "a.wav", "size": 5}),
                        self.server.send_piece(upload, 0, self.content)]:
            self.assertEqual((refused.status, refused.code()), (507, "NoSpace"), refused)
        self.assertIn("UPLOAD_RESERVE_GIGABYTES", refused.json()["error"]["advice"])
        self.assertEqual(self.offset(upload), 0)

    def test_not_more_than_a_hundred(self):
        for _ in range(100):
            self.begin(5)
        self.assertEqual(self.server.send_json("POST", "/api/v1/uploads", {"name": "a.wav", "size": 5}).status, 507)

    def test_a_link_in_place_of_the_file_is_not_followed(self):
        upload = self.begin()
        file, target = self.home / "uploads" / str(upload), Path(self.home) / "target"
        target.write_bytes(b"")
        file.unlink()
        file.symlink_to(target)
        self.assertNotEqual(self.server.send_piece(upload, 0, self.content).status, 200)
        self.assertEqual(target.read_bytes(), b"")


if __name__ == "__main__":
    unittest.main()
