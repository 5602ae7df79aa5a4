#!/usr/bin/env python3
"""Shows one chat message and its streaming model call on an opswire dashboard; needs the standard library only.

    python3 publish.py http://127.0.0.1:3100/ops
"""

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
import uuid


class Publisher:
    """Publishes messages over HTTP. Trouble with the dashboard is told on stderr and never stops the program."""

    def __init__(self, url):
        self.url = url.rstrip("/") + "/api/ingest"
        self.instance = f"{socket.gethostname()}-{os.getpid()}"
        self.complete = True

    def publish(self, type, **fields):
        """Sends one message. Its messageId lets it be sent again without being counted again."""
        message = {"type": type, "messageId": uuid.uuid4().hex, **fields}
        if type not in ("counter", "gauge"):
            message["instance"] = self.instance
        for attempt in range(3):
            try:
                return self._send(message)
            except urllib.error.HTTPError as error:
                # 429 and 503 ask to come again; anything else would be refused again.
                if error.code not in (429, 503) or attempt == 2:
                    return self._tell(error.read().decode())
                time.sleep(float(error.headers.get("Retry-After", 1)))
            except OSError as error:
                if attempt == 2:
                    return self._tell(error)
                time.sleep(0.1)

    def _send(self, message):
        request = urllib.request.Request(
            self.url, json.dumps(message).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5) as response:
            for rejected in json.load(response)["rejected"]:
                self._tell(rejected["message"])

    def _tell(self, trouble):
        self.complete = False
        print(f"opswire: {trouble}", file=sys.stderr)


def answer_one_message(ops):
    """What a chat program does for one message, with a reply that comes in pieces."""
    request = f"py-{uuid.uuid4().hex[:12]}"
    call = f"{request}-call"
    ops.publish("request.start", id=request, kind="message", name="greeting", session="python", channel="shell")
    ops.publish("call.start", id=call, requestId=request, provider="example", model="parrot-1", streaming=True)
    tokens = 0
    for piece in "Hello from Python, one word after the other.".split():
        time.sleep(0.05)
        tokens += 1
        ops.publish("call.progress", id=call, outputTokens=tokens, estimated=True)
    ops.publish("call.end", id=call, inputTokens=5, outputTokens=tokens, finishReason="stop")
    ops.publish("request.end", id=request)
    ops.publish("log", level="info", source="publish.py", message=f"answered with {tokens} tokens", requestId=request)
    ops.publish("counter", name="greetings", add=1)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: publish.py URL, where URL is the dashboard's, such as http://127.0.0.1:3100/ops")
    publisher = Publisher(sys.argv[1])
    answer_one_message(publisher)
    sys.exit(0 if publisher.complete else 1)
