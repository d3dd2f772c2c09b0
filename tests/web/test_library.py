"""The library in a real browser: empty, filled, live, in Dutch, by keyboard, on a phone, with hostile names."""

import json
import shutil
import sqlite3
import unittest

from pages import PagesCase
from program import LIMIT

HOSTILE = ["<img src=x onerror=window.broken=1>", "\"><script>window.broken=1</script>", "javascript:window.broken=1",
           "{{constructor.constructor('window.broken=1')()}}", "</title><svg onload=window.broken=1>"]


class Library(PagesCase):
    def database(self):
        return sqlite3.connect(self.home / "skald.db", timeout=30)

    def name(self):
        with self.database() as rows:
            return rows.execute("SELECT session FROM run ORDER BY id DESC").fetchone()[0]

    def add(self, name):
        """A second session like the first, as a terminal's run would write it."""
        with self.database() as rows:
            rows.execute("INSERT INTO run(run_key, session, directory, state, started, details) "
                         "SELECT ?, ?, directory, state, started, details FROM run LIMIT 1", (f"key of {name}", name))

    def answer(self, asked):
        if asked["do"] == "add":
            self.add("Another evening")
            return {"name": "Another evening"}
        if asked["do"] == "forget":
            with self.database() as rows:
                rows.execute("DELETE FROM run WHERE session = ?", (asked["name"],))
            return {}
        return super().answer(asked)

    def test_list_and_filters(self):
        self.walk("library", "list", {"name": self.name()})

    def test_removal_is_asked_for(self):
        self.walk("library", "removal", {"name": self.name()})

    def test_what_a_terminal_does_shows(self):
        self.walk("library", "live")

    def test_a_restarted_server_is_found_again(self):
        self.walk("library", "restart")

    def test_dutch(self):
        self.walk("library", "dutch", locale="nl-NL")

    def test_keyboard(self):
        self.walk("library", "keyboard")

    def test_phone(self):
        self.walk("library", "phone", viewport={"width": 360, "height": 740})

    def test_hostile_names_are_text(self):
        for name in HOSTILE:
            self.add(name)
        self.walk("library", "hostile_names", {"names": HOSTILE})

    def test_sizes(self):
        self.walk("library", "sizes")


class EmptyLibrary(PagesCase):
    def make_home(self, target):
        return self.reference.new_home(target)

    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache"
        self.env = dict.fromkeys(["XDG_CACHE_HOME", "HOME"], str(self.cache)) | {"SKALD_CACHE": str(self.cache)}

    def answer(self, asked):
        if asked["do"] != "render":
            return super().answer(asked)
        demo = self.cache / "demo"
        demo.mkdir(parents=True)
        shutil.copy(self.reference.short, demo / "demo_session.wav")
        party = {"table": {"party_name": "The Table", "dm_name": "Rowan", "characters": [{"name": "Vess", "player": "Hanna"}]}}
        (demo / "demo_session.party.json").write_text(json.dumps(party))
        return {}

    def test_explains_itself_and_the_demo_is_one_click_away(self):
        self.walk("library", "empty", {"limit": 1000 * LIMIT})


if __name__ == "__main__":
    unittest.main()
