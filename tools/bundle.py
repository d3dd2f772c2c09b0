#!/usr/bin/env python3
"""Checks the types of the pages, bundles them with Vite, and writes the bundle as a C++ file. Standard library only."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
PIECE = 24  # bytes a line


def copy(source, folder, packages):
    """The sources beside the packages, as node looks for those in the folders above a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("src", "public", "dist"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("src", "public"):
        shutil.copytree(source / name, folder / name)
    for name in ("index.html", "vite.config.js", "tsconfig.json", "package.json"):
        shutil.copy(source / name, folder / name)
    link = folder / "node_modules"
    if link.is_symlink():
        link.unlink()
    link.symlink_to(packages)


def run(node, folder, script, *arguments):
    """Runs a program of the packages; its output only where it fails."""
    done = subprocess.run([node, f"node_modules/{script}", *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    if done.returncode != 0:
        sys.exit(f"error: {script} failed:\n{done.stdout}")


def literal(number, data):
    rows = [",".join(str(byte) for byte in data[at:at + PIECE]) for at in range(0, len(data), PIECE)]
    return f"constexpr unsigned char kFile{number}[] = {{\n" + ",\n".join(rows) + "};\n"


def write(folder):
    """Each file of the bundle as an array, and the table of them."""
    files = sorted(path for path in (folder / "dist").rglob("*") if path.is_file())
    arrays = [literal(number, path.read_bytes()) for number, path in enumerate(files)]
    rows = [f'    Asset{{"/{path.relative_to(folder / "dist").as_posix()}", "{TYPES[path.suffix]}", '
            f"{{reinterpret_cast<const char*>(kFile{number}), sizeof kFile{number}}}}},"
            for number, path in enumerate(files)]
    made = folder / "assets.cpp.part"
    made.write_text("// Made by tools/bundle.py from web/.\n#include \"api/assets.hpp\"\n\nnamespace skald::api {\nnamespace {\n\n"
                    + "\n".join(arrays) + "\n}  // namespace\n\nstd::span<const Asset> assets() {\n"
                    "  static const Asset all[] = {\n" + "\n".join(rows) + "\n  };\n  return all;\n}\n\n}  // namespace skald::api\n")
    made.replace(folder / "assets.cpp")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--packages", "--source", "--folder"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--node", required=True)
    options = parser.parse_args()
    copy(options.source, options.folder, options.packages)
    run(options.node, options.folder, "typescript/bin/tsc", "--noEmit", "-p", "tsconfig.json")
    run(options.node, options.folder, "vite/bin/vite.js", "build", "--logLevel", "warn")
    write(options.folder)


if __name__ == "__main__":
    main()
