"""Figures of the pages with a session of 6,000 segments in Debian's Chromium: SKALD_BUILD=build python3 bench/server/pages.py

First load, time until a review can be used, frames and long tasks while it scrolls, time until a correction is saved."""

import json
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests" / "web"))

from pages import Browser, long_session, need_browser  # noqa: E402
from serving import Serving  # noqa: E402

from program import reference  # noqa: E402

SEGMENTS = 6000


def main():
    known = reference()
    with tempfile.TemporaryDirectory() as folder:
        home = known.copy_home(Path(folder) / "home")
        own = shutil.copytree(known.results, Path(folder) / "own")
        data = json.loads((own / "talk_data.json").read_text())
        long_session(data, SEGMENTS)
        (own / "talk_data.json").write_text(json.dumps(data))
        with sqlite3.connect(home / "skald.db") as rows:
            rows.execute("UPDATE run SET directory = ?", (str(own),))
        browser, server = Browser(need_browser()), Serving(home)
        try:
            browser.tell({"file": "figures", "flow": "all", "url": f"http://{server.host}:{server.port}/"})
            while "passed" not in (heard := browser.hear()):
                print(json.dumps(heard["ask"]["figures"], indent=1))
                browser.tell({})
        finally:
            browser.close()
            server.kill()
    return 0 if heard["passed"] else heard["why"]


if __name__ == "__main__":
    sys.exit(main())
