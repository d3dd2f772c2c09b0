"""Makes the pictures in docs/pictures from the real demo session: SKALD_BUILD=build python3 tests/web/pictures.py"""

import os
import subprocess
import sys

from pages import Browser, need_browser
from serving import Serving

from program import BUILD, ROOT


def main():
    own = BUILD / "pictures"
    home, pictures = own / "home", ROOT / "docs" / "pictures"
    home.mkdir(parents=True, exist_ok=True)
    pictures.mkdir(exist_ok=True)
    subprocess.run([ROOT / "examples" / "demo.sh", BUILD], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "SKALD_HOME": str(home), "DEMO_OUTPUT": str(own / "output")})
    browser, server = Browser(need_browser()), Serving(home)
    try:
        browser.tell({"file": "pictures", "flow": "all", "url": f"http://{server.host}:{server.port}/",
                      "given": {"folder": str(pictures)}})
        outcome = browser.hear()
    finally:
        browser.close()
        server.kill()
    if not outcome["passed"]:
        sys.exit(outcome["why"])


if __name__ == "__main__":
    main()
