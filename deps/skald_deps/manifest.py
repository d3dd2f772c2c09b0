"""Reads deps/manifest.json, the one list of everything from outside."""

import hashlib
import json
from pathlib import Path

from .report import SetupError

HERE = Path(__file__).resolve().parent
CLIENTS = {"pip", "cargo", "git", "go"}
# What a purpose needs: the apt rows marked with one of these words.
PURPOSES = {
    "build": ["build"],
    "demo": ["build", "demo"],
    "test": ["build", "demo", "test"],
    "tidy": ["build", "test", "tidy"],
    "bench": ["build", "demo", "bench"],
    "train": ["build", "train"],
    "all": ["build", "demo", "test", "tidy", "bench", "train"],
}


class Manifest:
    def __init__(self, path):
        self.path = Path(path)
        try:
            rows = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SetupError(f"cannot read {self.path}: {error}") from error
        self.apt = rows["apt"]
        self.components = rows["components"]
        self.npm = rows.get("npm", [])  # packages of the pages; web/package-lock.json has their versions and hashes

    def packages(self, purpose):
        """Names of the apt packages that a purpose needs."""
        return [row["name"] for row in self.apt if row["for"] in PURPOSES[purpose]]

    def standard(self, purpose="all"):
        """The components that setup stages for a purpose; most are for every one. Those not among them stand in for packages
        that are not installed, or are for one purpose alone, which their `only_for` names."""
        return [row for row in self.components if not row.get("optional") and row.get("for", "build") in PURPOSES[purpose]]

    def component(self, name):
        for row in self.components:
            if row["name"] == name:
                return row
        known = ", ".join(row["name"] for row in self.components)
        raise SetupError(f"no component is called {name}; there are {known}")

    def problems(self):
        """Sentences about rows that are not complete."""
        found = []
        for row in self.apt:
            found += [f"apt row {row.get('name')} has no {key}" for key in _missing(row, _APT_KEYS)]
            if row.get("for") not in PURPOSES["all"]:
                found.append(f"apt row {row.get('name')} is for nothing known")
        for row in self.components:
            found += [f"component {row.get('name')} has no {key}" for key in _missing(row, _COMPONENT_KEYS)]
            for source in row.get("downloads", []) + row.get("otherwise", []):
                found += [f"a download of {row['name']} has no {key}" for key in _missing(source, _SOURCE_KEYS)]
                if source.get("client") not in CLIENTS or len(source.get("sha256", "")) != 64:
                    found.append(f"a download of {row['name']} has no known client or no whole hash")
        return found


_APT_KEYS = ["name", "version", "licence", "reason", "for"]
_COMPONENT_KEYS = ["name", "version", "licence", "holder", "reason", "takes", "downloads", "take", "places"]
_SOURCE_KEYS = ["client", "package", "version", "sha256"]


def _missing(row, keys):
    return [key for key in keys if not row.get(key)]


def key(row):
    """Twelve digits that change with everything that decides what a staged component contains."""
    deciding = {name: row.get(name) for name in ("version", "downloads", "otherwise", "take", "content", "places")}
    digest = hashlib.sha256(json.dumps(deciding, sort_keys=True).encode())
    if any("convert" in rule for rule in row["take"]):
        for name in ("community1", "elf", "flatbuffer", "onnx_model", "ort_model"):
            digest.update((HERE / f"{name}.py").read_bytes())
    return digest.hexdigest()[:12]


def folder_name(row):
    return f"{row['name']}-{row['version']}-{key(row)}"
