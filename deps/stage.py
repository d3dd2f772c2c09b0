#!/usr/bin/env python3
"""Sets up everything from outside that Skald is built from; see --help and docs/dev/setup.md."""

import argparse
import os
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from skald_deps import npm, packages  # noqa: E402
from skald_deps.manifest import PURPOSES, Manifest  # noqa: E402
from skald_deps.report import SetupError, complain, megabytes, say  # noqa: E402
from skald_deps.staging import Cache  # noqa: E402


def default_cache():
    return Path(os.environ.get("SKALD_CACHE") or Path.home() / ".cache" / "skald")


def arguments():
    parser = argparse.ArgumentParser(
        description="Installs, downloads, verifies and prepares what Skald is built from. Repeating it costs nothing.",
        epilog="Example: deps/stage.py --for demo",
    )
    parser.add_argument("--for", dest="purpose", choices=sorted(PURPOSES), default="build", help="what is to be done afterwards")
    parser.add_argument("--only", metavar="NAME", action="append", help="only this component, no packages; may be repeated")
    parser.add_argument("--check", action="store_true", help="only report what is present and what is missing")
    parser.add_argument("--verify", action="store_true", help="with --check: also read every staged file and compare its hash")
    parser.add_argument("--remove", action="store_true", help="remove everything that this script put into the cache")
    parser.add_argument("--no-packages", action="store_true", help="leave Debian packages alone")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="default: SKALD_CACHE or ~/.cache/skald")
    parser.add_argument("--manifest", type=Path, default=Path(__file__).resolve().parent / "manifest.json")
    return parser.parse_args()


def absent_packages(options, manifest):
    """Debian packages that are missing, or None if that cannot be told."""
    if options.no_packages or options.only:
        return []
    return packages.missing(manifest.packages(options.purpose))


def check(options, manifest, rows, cache):
    """Reports; returns the exit status."""
    good = True
    absent = absent_packages(options, manifest)
    if absent is None:
        say("packages: cannot tell, there is no dpkg here")
    elif not (options.no_packages or options.only):
        say(f"packages: {'missing: ' + ' '.join(absent) if absent else 'all present'}")
        good = not absent
    for row in rows:
        present = cache.complete(row)
        good = good and present
        say(f"{row['name']} {row['version']}: {'present' if present else 'missing'}")
        for file, wanted, found in cache.damaged(row) if present and options.verify else []:
            good = False
            say(f"  wrong hash: {file} should have sha256 {wanted} but has {found}")
    if manifest.npm and not options.only:
        present = npm.complete(cache.folder)
        say(f"packages of the pages: {'present' if present else npm.why_not() or 'missing'}")
        good = good and (present or bool(npm.why_not()))
    return 0 if good else 1


def needs(options, manifest, rows, cache):
    """(missing packages, incomplete components, whether `stage` must be renewed, whether the pages lack packages)"""
    absent = absent_packages(options, manifest) or []
    incomplete = [row for row in rows if not cache.complete(row)]
    pages = bool(manifest.npm) and not options.only and not npm.complete(cache.folder) and not npm.why_not()
    return absent, incomplete, not cache.view_current(manifest.components), pages


def set_up(options, manifest, rows, cache):
    if not any(needs(options, manifest, rows, cache)):
        return
    started = time.monotonic()
    with cache.locked():
        cache.drop_leftovers()
        absent, incomplete, _, pages = needs(options, manifest, rows, cache)
        if absent:
            cache.downloads.logs.mkdir(parents=True, exist_ok=True)
            packages.install(absent, cache.downloads.logs / "apt.log")
        for row in incomplete:
            cache.stage_component(row)
        if not cache.view_current(manifest.components):
            cache.renew_view(manifest.components)
        if pages:
            fetch_pages(cache)
    say(f"everything is in place in {cache.folder} after {time.monotonic() - started:.0f} s")


def fetch_pages(cache):
    """The pages are wanted, not needed."""
    try:
        npm.install(cache.folder, cache.downloads.logs)
    except SetupError as error:
        say(f"{error}; the program is built without its pages")


def main():
    options = arguments()
    try:
        manifest = Manifest(options.manifest)
        rows = [manifest.component(name) for name in options.only] if options.only else manifest.standard(options.purpose)
        cache = Cache(options.cache.expanduser().absolute())
        if options.remove:
            say(f"removed {megabytes(cache.remove())} from {cache.folder}")
            return 0
        if options.check or options.verify:
            return check(options, manifest, rows, cache)
        set_up(options, manifest, rows, cache)
        return 0
    except SetupError as error:
        complain(error)
        return 1
    except OSError as error:
        complain("the disk is full" if error.errno in (27, 28, 122) else f"{error.strerror}: {error.filename}")
        return 1
    except KeyboardInterrupt:
        complain("interrupted; the same command goes on from here")
        return 130


if __name__ == "__main__":
    sys.exit(main())
