"""Servers on the loopback that speak as Ollama and OpenAI-compatible services do, in health and in sickness.

The bodies are those that the real programs send. Standard library only.
"""

import hashlib
import http.client
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GIB = 1 << 30
OUT_OF_MEMORY = '{"error":"model requires more system memory (12.8 GiB) than is available (9.3 GiB)"}'
RUNNER_DIED = '{"error":"llama runner process has terminated: exit status 2"}'


def llama_show(layers=32, width=4096, heads=32, kv_heads=8, vocabulary=128256, context=131072):
    """What /api/show tells of a model of the llama family."""
    return {"details": {"family": "llama", "parameter_size": "8.0B", "quantization_level": "Q4_K_M"},
            "model_info": {"general.architecture": "llama", "llama.block_count": layers,
                           "llama.embedding_length": width, "llama.attention.head_count": heads,
                           "llama.attention.head_count_kv": kv_heads, "llama.vocab_size": vocabulary,
                           "llama.context_length": context}}


class Model:
    """An installed model: what it takes on disk, and what it does when it is asked."""

    def __init__(self, size=2 * GIB, fails=None, after=0, show=None):
        self.size, self.fails, self.after = size, fails, after
        self.show = show or llama_show(layers=16, width=2048)


def right_labels(ids):
    """A label for each id; they differ, so that a mix-up would show."""
    names = ["OOC", "IC_CHARACTER", "IC_NARRATION", "IC_NPC"]
    return {str(i): names[i % len(names)] for i in ids}


class Service:
    """Base of both: counts calls, keeps requests, and lets a test say how each call ends.

    `plan` maps the number of a labelling call (from 1), or None for all others, to a function of handler and
    request that answers it; without one the call is answered well.
    """

    def __init__(self, plan=None, answer=right_labels, delay=0):
        self.plan, self.answer, self.delay = plan or {}, answer, delay
        self.calls, self.requests, self.keys = 0, [], []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                service.get(self)

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                raw = self.rfile.read(length)
                service.keys.append(self.headers.get("Authorization"))
                service.post(self, json.loads(raw) if raw[:1] == b"{" else raw)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def labelling(self, handler, request):
        with self.lock:
            self.calls += 1
            number = self.calls
            self.requests.append(request)
        act = self.plan.get(number, self.plan.get(None))
        if self.delay:
            self.stopping.wait(self.delay)
        if act:
            act(self, handler, request)
        else:
            self.reply(handler, request, json.dumps(self.answer(self.ids(request))))

    @staticmethod
    def ids(request):
        """The ids that a prompt asks for."""
        text = request["messages"][-1]["content"]
        return [int(i) for i in re.findall(r'"id":\s*(\d+)', text)]


def send(handler, status, body, headers=(), kind="application/json"):
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(data)))
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


# ---- how a call may end: each makes an entry of a plan ----

def fails(status, body, headers=()):
    return lambda service, handler, request: send(handler, status, body, headers)


def error(status, message, headers=(), code=None):
    body = {"error": {"message": message, "type": "error", **({"code": code} if code else {})}}
    return fails(status, body, headers)


def says(text):
    """The model answers with this text, whatever was asked."""
    return lambda service, handler, request: service.reply(handler, request, text)


def labels(function):
    """The model answers with the JSON that function(ids) gives."""
    return lambda service, handler, request: service.reply(handler, request, json.dumps(function(service.ids(request))))


def cuts(service, handler, request):
    """The connection ends in the middle of the answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"message":{"content":"{')
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.close()


def hangs(service, handler, request):
    """No answer for as long as the test lasts."""
    service.stopping.wait(120)
    handler.close_connection = True


def drips(service, handler, request):
    """Bytes come one by one, and never make an answer."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while not service.stopping.wait(0.2):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        pass
    handler.close_connection = True


def passes_on(url, refuses=(), longest=256, before_reply=lambda: None):
    """The real server at `url` answers, in `longest` tokens at most; forms of answer in `refuses` are refused, as servers
    that lack them do."""
    def act(service, handler, request):
        form = request.get("response_format", {}).get("type", "text")
        if form in refuses:
            return send(handler, 400, {"error": {"message": f"response_format {form} is not supported"}})
        real = http.client.HTTPConnection(url.removeprefix("http://"), timeout=300)
        try:
            shorter = {**request, "max_tokens": min(longest, request["max_tokens"])}
            real.request("POST", handler.path, json.dumps(shorter), {"Content-Type": "application/json"})
            before_reply()
            reply = real.getresponse()
            return send(handler, reply.status, reply.read())
        except (OSError, http.client.HTTPException):
            handler.close_connection = True
            return handler.connection.close()
        finally:
            real.close()
    return act


class Ollama(Service):
    """/api of an Ollama: models by name; those in `loaded` are in memory, {name: (size, size_vram)}."""

    def __init__(self, models=None, loaded=None, keeps=(), **more):
        self.models = models if models is not None else {"big": Model(8 * GIB), "small": Model(1 * GIB)}
        self.loaded, self.keeps, self.unloaded = dict(loaded or {}), set(keeps), []
        super().__init__(**more)

    def get(self, handler):
        if handler.path == "/api/version":
            send(handler, 200, {"version": "0.17.4"})
        elif handler.path == "/api/tags":
            send(handler, 200, {"models": [
                {"name": n, "model": n, "size": m.size, "digest": hashlib.sha256(n.encode()).hexdigest(), "details": m.show["details"]}
                for n, m in self.models.items()]})
        elif handler.path == "/api/ps":
            send(handler, 200, {"models": [{"name": n, "model": n, "size": s, "size_vram": v}
                                           for n, (s, v) in self.loaded.items()]})
        else:
            send(handler, 404, {"error": "not found"})

    def post(self, handler, request):
        name = request.get("model")
        model = self.models.get(name) or self.models.get(f"{name}:latest")
        if model is None:
            return send(handler, 404, {"error": f"model '{name}' not found"})
        if handler.path == "/api/show":
            return send(handler, 200, model.show)
        if request.get("keep_alive") == 0 and not request.get("messages") and not request.get("prompt"):
            self.unloaded.append(name)
            if name not in self.keeps:
                self.loaded.pop(name, None)
            return send(handler, 200, {"model": name, "done": True, "done_reason": "unload"})
        if model.fails:
            with self.lock:
                self.calls += 1
                self.requests.append(request)
            return model.fails(self, handler, request)
        self.loaded.setdefault(name, (model.size, 0))
        return self.labelling(handler, request)

    def reply(self, handler, request, text):
        body = {"model": request["model"], "message": {"role": "assistant", "content": text}, "done": True,
                "done_reason": "stop", "prompt_eval_count": 500, "eval_count": len(text) // 4}
        send(handler, 200, json.dumps(body) + "\n", kind="application/x-ndjson")


class OpenAi(Service):
    """An OpenAI-compatible service under /v1."""

    def __init__(self, models=("llama-guard-3", "chat-20b"), key=None, **more):
        self.names, self.key = list(models), key
        super().__init__(**more)
        self.url += "/v1"

    def allowed(self, handler):
        if self.key is None or handler.headers.get("Authorization") == f"Bearer {self.key}":
            return True
        send(handler, 401, {"error": {"message": "Invalid API Key", "type": "invalid_request_error",
                                      "code": "invalid_api_key"}})
        return False

    def get(self, handler):
        if not self.allowed(handler):
            return
        if handler.path == "/v1/models":
            send(handler, 200, {"object": "list", "data": [{"id": n, "object": "model"} for n in self.names]})
        else:
            send(handler, 404, {"error": {"message": "unknown address", "type": "invalid_request_error"}})

    def post(self, handler, request):
        if not self.allowed(handler):
            return
        if handler.path == "/v1/audio/transcriptions":
            self.transcription(handler, request)
        elif request.get("model") not in self.names:
            send(handler, 404, {"error": {"message": f"model '{request.get('model')}' not found",
                                          "type": "not_found_error", "param": None, "code": None}})
        else:
            self.labelling(handler, request)

    def transcription(self, handler, raw):
        with self.lock:
            self.calls += 1
            number = self.calls
            self.requests.append(raw)
        act = self.plan.get(number, self.plan.get(None))
        if act:
            return act(self, handler, raw)
        words = [{"word": w, "start": 0.2 + i, "end": 0.7 + i} for i, w in enumerate(["Roll", "for", "initiative"])]
        return send(handler, 200, {"text": "Roll for initiative!", "language": "english", "duration": 5.0,
                                   "segments": [{"start": 0.0, "end": 5.0, "text": " Roll for initiative!",
                                                 "avg_logprob": -0.2, "no_speech_prob": 0.01}], "words": words})

    def reply(self, handler, request, text):
        send(handler, 200, {"id": "1", "object": "chat.completion", "model": request["model"],
                            "choices": [{"index": 0, "finish_reason": "stop",
                                         "message": {"role": "assistant", "content": text}}],
                            "usage": {"prompt_tokens": 500, "completion_tokens": len(text) // 4}})
