"""A provider inside the container: answers with the key that it was shown, so that tests see which one arrived."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = request["messages"][-1]["content"]
        if prompt.startswith("slow"):
            time.sleep(float(prompt.split()[1]))
        text = f"key={self.headers.get('authorization', 'none')} 好"
        if request.get("stream"):
            events = [{"delta": {"content": text}, "finish_reason": None}, {"delta": {}, "finish_reason": "stop"}]
            lines = [json.dumps({"id": "1", "object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, **event}]}) for event in events]
            self.answer("text/event-stream", "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]))
        else:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            self.answer("application/json", json.dumps({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]}))

    def answer(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


ThreadingHTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
