#!/usr/bin/env python3
"""Sends requests through LiteLLM itself and says which deployments it called, in order.

  python real.py < cases.jsonl > walks.jsonl

Run it with a Python that has `litellm[proxy]`. A case is one JSON object a line: `config` (a LiteLLM configuration, of
which every deployment has a `model_info.id`), `model` (the name asked for), `tags` (those of the request), `ends` (how calls end: a word, or for each
id a list of words, the last for ever) and `times` (how often to ask, each time of a new router). The answer to each is
one line: `walks` (the ids called, each time) and `answered`, or `refused` with LiteLLM's reason not to load.

Every deployment is pointed at a server on the loopback that this script starts; nothing else is talked to.
"""

import asyncio
import copy
import json
import os
import sys
import tempfile

os.environ.update(
    LITELLM_LOCAL_MODEL_COST_MAP="True",
    LITELLM_OFFLINE_MODE="true",
    LITELLM_TELEMETRY="False",
    DISABLE_ADMIN_UI="True",
    INITIAL_RETRY_DELAY="0",
    MAX_RETRY_DELAY="0",
    JITTER="0",
)
for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(name, None)
SAID = sys.stdout
sys.stdout = sys.stderr  # what LiteLLM prints is not the answer

import litellm  # noqa: E402
import logging  # noqa: E402
import openai._base_client  # noqa: E402
from litellm.proxy.proxy_server import ProxyConfig  # noqa: E402

# No test waits: neither for LiteLLM's own pauses nor for those of the client below it.
openai._base_client.INITIAL_RETRY_DELAY = openai._base_client.MAX_RETRY_DELAY = 0

logging.disable(logging.CRITICAL)
litellm.suppress_debug_info = True

ERRORS = {
    "context-window": (400, "context_length_exceeded", "This model's maximum context length is 10 tokens."),
    "content-policy": (400, "content_policy_violation", "Your request was rejected as a result of our safety system."),
    "timeout": (408, "timeout", "Request timed out."),
    "404": (404, "model_not_found", "The model `m` does not exist."),
}
# LiteLLM tells a failure by what the body says as much as by its status, so the bodies are those of a real provider.
KINDS = {401: "authentication_error", 403: "permission_error", 408: "timeout", 429: "rate_limit_error"}
MODULE_SETTINGS = (
    "fallbacks default_fallbacks context_window_fallbacks content_policy_fallbacks num_retries max_fallbacks "
    "allowed_fails num_retries_per_request request_timeout cooldown_time"
).split()


class Upstream:
    """Answers every deployment as its case says, and remembers who was called."""

    def __init__(self):
        self.called, self.ends, self.hits = [], "answer", {}

    def end_of(self, deployment):
        hit = self.hits[deployment] = self.hits.get(deployment, 0) + 1
        ends = self.ends if isinstance(self.ends, (str, list)) else self.ends.get(deployment, "answer")
        if isinstance(ends, str):
            return ends
        number = hit if isinstance(self.ends, dict) else len(self.called)
        return ends[min(number, len(ends)) - 1]

    async def serve(self, reader, writer):
        try:
            while line := await reader.readline():
                path, length = line.split()[1].decode(), 0
                while (header := await reader.readline()) not in (b"\r\n", b""):
                    key, _, value = header.partition(b":")
                    length = int(value) if key.lower() == b"content-length" else length
                await reader.readexactly(length)
                deployment = path.split("/")[1]
                self.called.append(deployment)
                status, body = answer(self.end_of(deployment))
                head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def answer(end):
    if end == "answer":
        choice = {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        body = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}
        return 200, json.dumps(body).encode()
    status, code, text = ERRORS.get(end) or (int(end), None, "No.")
    kind = KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    return status, json.dumps({"error": {"message": text, "type": kind, "param": None, "code": code}}).encode()


def pointed(config, port):
    """The configuration with every deployment at the loopback server, under its number."""
    config = copy.deepcopy(config)
    ids = {}
    for number, entry in enumerate(config.get("model_list") or []):
        if not isinstance(entry, dict) or not isinstance(entry.get("litellm_params"), dict):
            continue
        ids[str(number)] = (entry.get("model_info") or {}).get("id", str(number))
        params = entry["litellm_params"]
        for key in list(params):
            if key.startswith(("aws_", "vertex_", "azure_")) or key in ("api_version", "litellm_credential_name"):
                del params[key]
        params.update(api_key="sk-loopback", api_base=f"http://127.0.0.1:{port}/{number}/v1")
    return config, ids


async def asked(case, upstream, port):
    config, ids = pointed(case["config"], port)
    upstream.called, upstream.hits = [], {}
    ends = case["ends"]
    by_id = {name: number for number, name in ids.items()}
    upstream.ends = {by_id[name]: all_ends for name, all_ends in ends.items()} if isinstance(ends, dict) else ends
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as file:
        json.dump(config, file)
    litellm.logging_callback_manager._reset_all_callbacks()
    before = {name: getattr(litellm, name, None) for name in MODULE_SETTINGS}
    try:
        router, _, _ = await ProxyConfig().load_config(router=None, config_file_path=file.name)
        if router is None:
            return None, False, "no model"
        try:
            tags = {"metadata": {"tags": case["tags"]}} if case.get("tags") else {}
            await router.acompletion(model=case["model"], messages=[{"role": "user", "content": "hello"}], **tags)
            answered, why = True, ""
        except Exception as error:  # whatever it is, it is how the request ends
            answered, why = False, f"{type(error).__name__} {getattr(error, 'status_code', '')}"
        return [ids[number] for number in upstream.called], answered, why
    finally:
        os.unlink(file.name)
        for name, value in before.items():
            setattr(litellm, name, value)


async def main():
    upstream = Upstream()
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for line in sys.stdin:
        case, walks, answered, why = json.loads(line), [], None, ""
        try:
            for _ in range(case.get("times", 1)):
                walk, answered, why = await asked(case, upstream, port)
                walks.append(walk)
            said = {"walks": walks, "answered": answered, "why": why}
        except Exception as error:  # LiteLLM does not load it
            said = {"refused": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(said), file=SAID, flush=True)


asyncio.run(main())
