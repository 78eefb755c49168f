"""A program that uses the gateway, as a process of its own: sends what it is ordered to, so many at once, and writes down what it sees.

`python -m harness.caller`, with a JSON document on its standard input: the socket, the file to write, the window, and the orders.
"""

from __future__ import annotations

import json
import pathlib
import sys
import time
from collections import deque
from typing import Any, TextIO

from llmgw import _messages, _methods
from llmgw.v1 import wire_pb2

from .configuration import SECRET_WORD
from .history import Order
from .wire import DATA, END, HEAD, PING_METHOD, Frame, RawClient, ping_request


class Caller:
    def __init__(self, client: RawClient, orders: list[Order], window: int, file: TextIO) -> None:
        self._client = client
        self._waiting = deque(orders)
        self._window = window
        self._file = file
        self._running: dict[int, Order] = {}
        self._known: dict[int, Order] = {}
        self._pieces: dict[int, int] = {}
        self._stream = 0

    def run(self) -> None:
        self._client.hello()
        while self._waiting or self._running:
            while self._waiting and len(self._running) < self._window:
                self._begin(self._waiting.popleft())
            self._take(self._client.frame())
        # The answer to this is behind everything that was sent for the calls.
        self._stream += 2
        self._client.request(self._stream, ping_request(), method=PING_METHOD)
        while (frame := self._client.frame()).type != END or frame.stream != self._stream:
            self._take(frame)

    def _write(self, kind: str, order: Order, **more: Any) -> None:
        self._file.write(json.dumps({"kind": kind, "nonce": order.nonce, "at": time.monotonic(), **more}) + "\n")
        self._file.flush()

    def _begin(self, order: Order) -> None:
        self._stream += 2 if self._stream else 1
        self._running[self._stream] = self._known[self._stream] = order
        self._pieces[self._stream] = 0
        spec = _methods.chat(f"{SECRET_WORD} nonce={order.nonce}", model=order.model, stream=order.stream)
        self._write("begin", order)
        self._client.request(self._stream, spec.request(order.timeout, {}, order.may_repeat))
        if order.cancel_after == 0:
            self._cancel(self._stream, order)

    def _cancel(self, stream: int, order: Order) -> None:
        self._write("cancel", order)
        self._client.cancel(stream)

    def _take(self, frame: Frame) -> None:
        order = self._known.get(frame.stream)
        if order is None:
            return
        if frame.stream not in self._running:
            self._write("stray", order)
        elif frame.type == HEAD:
            self._write("head", order, id=wire_pb2.Head.FromString(frame.payload).request_id)
        elif frame.type == DATA:
            text = _messages.chat_chunk(frame.payload).text
            self._pieces[frame.stream] += bool(text)
            self._write("text", order, text=text)
            if text and self._pieces[frame.stream] == order.cancel_after:
                self._cancel(frame.stream, order)
        elif frame.type == END:
            del self._running[frame.stream]
            end = wire_pb2.End.FromString(frame.payload)
            if end.status.code == 0:
                reply = _messages.chat_reply(end.reply)
                self._write("end", order, reason="", attempts=reply.info.attempts, text=reply.text, id=reply.info.request_id)
            else:
                self._write("end", order, reason=end.status.reason, attempts=end.status.attempts, text="", id=end.status.request_id)


def main() -> None:
    plan = json.load(sys.stdin)
    with RawClient(pathlib.Path(plan["socket"]), patience=60) as client, pathlib.Path(plan["file"]).open("w") as file:
        Caller(client, [Order(**order) for order in plan["orders"]], plan["window"], file).run()


if __name__ == "__main__":
    main()
