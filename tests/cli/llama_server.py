"""llama.cpp's own server, which speaks as OpenAI does: one process of a test's own, ended with the test.

As a program, `llama_server.py PACKAGE SETTINGS`: serves a model on a free port of 127.0.0.1 as SETTINGS (JSON) say, tells
where in one line, and ends with its standard input.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CACHE = Path(os.environ.get("SKALD_CACHE") or Path.home() / ".cache" / "skald")
PACKAGE = CACHE / "stage" / "llama-server"
MODEL = CACHE / "stage" / "models" / "smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
NAME = "tiny"


def why_missing():
    """A sentence where the server cannot be started; empty where it can."""
    if sys.version_info < (3, 10):
        return "llama.cpp's server needs Python 3.10"
    present = (PACKAGE / "xllamacpp").is_dir() and MODEL.is_file()
    return "" if present else "no server of llama.cpp in the cache; `make llama-test` fetches one"


class LlamaServer:
    """The small model on one thread. `context` in tokens; `memory`: bytes of address space that the process may have;
    `key`: what callers have to send. MemoryError, with what it said, where it does not start."""

    def __init__(self, context=4096, memory=None, key=None):
        settings = {"context": context, "memory": memory, "key": key}
        with tempfile.TemporaryFile() as log:
            self.process = subprocess.Popen([sys.executable, "-B", __file__, PACKAGE, json.dumps(settings)], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=log, text=True)
            told = self.process.stdout.readline()
            if told.startswith("http://127.0.0.1:"):
                self.url = told.strip()
                return
            self.kill()
            log.seek(0)
            raise MemoryError(log.read().decode("utf-8", "replace"))

    def kill(self):
        """Ends it as the system ends a program that took too much memory."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def main():
    package, settings = sys.argv[1], json.loads(sys.argv[2])
    # Whatever the library prints goes elsewhere than the one line.
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, package)
    import xllamacpp

    if settings["memory"]:
        resource.setrlimit(resource.RLIMIT_AS, (settings["memory"], settings["memory"]))
    params = xllamacpp.CommonParams()
    params.model.path, params.model_alias = str(MODEL), {NAME}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel = settings["context"], 1
    # One thread: two that wait for each other crawl on a machine that others use.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.warmup = params.fit_params = False
    if settings["key"]:
        params.api_keys = [settings["key"]]
    server = xllamacpp.Server(params)
    print(server.listening_address, file=told, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
