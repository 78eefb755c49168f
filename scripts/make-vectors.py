#!/usr/bin/env python3
"""Writes proto/vectors/*.hex; the format is in proto/vectors/README.md. Needs protoc; no Python package."""

import pathlib
import re
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"

HELLO, HELLO_OK, ERROR = 0x01, 0x02, 0x03
REQUEST, HEAD, DATA, END, CANCEL, CREDIT = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15
PING, PONG, GOAWAY = 0x20, 0x21, 0x22
MORE = 0x01
PREFACE = b"LLGW\x01\x00\x00\x00"
CHAT, WATCH_EVENTS = 0x0201, 0x0605


def message(kind: str, text: str) -> bytes:
    """Serialises a message given in protobuf's text format."""
    return subprocess.run(
        ["protoc", f"--proto_path={PROTO}", f"--encode=llmgw.v1.{kind}", "llmgw/v1/wire.proto", "llmgw/v1/gateway.proto", "llmgw/v1/host.proto"],
        input=text.encode(), capture_output=True, check=True,
    ).stdout


def frame(kind, stream=0, payload=b"", flags=0, method=0, length=None, reserved=0) -> bytes:
    size = len(payload) if length is None else length
    return struct.pack(">IBBHII", size, kind, flags, method, stream, reserved) + payload


def hexa(data: bytes) -> str:
    """Hexadecimal, where 64 and more equal bytes in a row are written as `+hh*COUNT+`."""
    pieces, plain = [], 0
    for run in re.finditer(rb"(.)\1{63,}", data, re.DOTALL):
        pieces += [data[plain:run.start()].hex(), f"{run[1].hex()}*{len(run[0])}"]
        plain = run.end()
    return "+".join(piece for piece in [*pieces, data[plain:].hex()] if piece) or "-"


class File:
    def __init__(self, name: str, about: str):
        self.name, self.lines = name, [f"# {about} Written by scripts/make-vectors.py; do not edit."]

    def case(self, name: str, *steps: str):
        self.lines += ["", f"case {name}", *steps]

    def write(self, folder: pathlib.Path):
        (folder / self.name).write_text("\n".join(self.lines) + "\n")


def recv(*parts: bytes) -> str:
    return "recv " + hexa(b"".join(parts))


def send(*parts: bytes) -> str:
    return "send " + hexa(b"".join(parts))


def frame_line(kind, stream=0, payload=b"", flags=0, method=0) -> str:
    return f"frame type=0x{kind:02x} flags=0x{flags:02x} method=0x{method:04x} stream={stream} payload={hexa(payload)}"


HELLO_BODY = message("Hello", 'client_name: "vectors" client_version: "1"')
LIMITS = "limits { max_frame: 262144 max_message: 33554432 max_streams: 256 initial_credit: 262144 }"
HELLO_OK_BODY = message("HelloOk", f'server_version: "vectors" protocol_major: 1 protocol_minor: 0 {LIMITS}')
SMALL_CREDIT = message(
    "HelloOk",
    'server_version: "vectors" protocol_major: 1 protocol_minor: 0 '
    "limits { max_frame: 65536 max_message: 1048576 max_streams: 2 initial_credit: 16 }",
)
BODY = message("ChatRequest", 'messages { role: ROLE_USER text: "你好，世界 👋" }')
REQ = message("Request", "timeout_ms: 5000 labels { key: \"job\" value: \"报告\" }") + b"\x7a" + bytes([len(BODY)]) + BODY
OPTIONS = (
    "timeout_ms: 5000 retry_ambiguous: false priority: PRIORITY_BATCH "
    'cache { mode: CACHE_MODE_READ_ONLY max_age_ms: 0 only_if_cached: true stale_if_error_ms: 1000 tags: "报告" }'
)
WISHING_REQ = message("Request", OPTIONS) + b"\x7a" + bytes([len(BODY)]) + BODY
CHUNK = message("ChatChunk", 'index: 0 text: "巴黎"')
LONG = message("ChatChunk", 'index: 0 text: "a message longer than sixteen bytes of credit"')
OK_END = message("End", "status { code: 0 }")
CANCELLED_END = message("End", 'status { code: 1 reason: "llmgw.client.cancelled" retry: RETRY_NEVER origin: ORIGIN_CLIENT }')
HEAD_BODY = message("Head", 'request_id: "r1" model: "small"')
PLACE_BODY = message("Head", "queue_position: 3 expected_wait_ms: 1500")
EVENT = message("Event", 'sequence: 9 unix_ms: 1795251905123 kind: "breaker" severity: "warning" subject: "provider/供" dropped: 2')
WATCHED_END = message("End", "status { code: 0 }") + b"\x7a\x04" + message("WatchEventsReply", "delivered: 1 dropped: 2")
EIGHT = bytes(range(8))


def frames() -> File:
    f = File("frames.hex", "The frame decoder.")
    for name, kind, stream, payload, flags, method in [
        ("hello", HELLO, 0, HELLO_BODY, 0, 0),
        ("hello-ok", HELLO_OK, 0, HELLO_OK_BODY, 0, 0),
        ("error", ERROR, 0, message("ConnectionError", 'status { code: 9 reason: "llmgw.protocol.version" } min_major: 1 max_major: 1'), 0, 0),
        ("request", REQUEST, 1, REQ, 0, CHAT),
        ("request-continued", REQUEST, 1, REQ[:7], MORE, CHAT),
        ("head", HEAD, 1, HEAD_BODY, 0, 0),
        ("data", DATA, 1, CHUNK, 0, 0),
        ("data-continued", DATA, 1, CHUNK[:3], MORE, 0),
        ("data-empty", DATA, 1, b"", 0, 0),
        ("end", END, 1, OK_END, 0, 0),
        ("cancel", CANCEL, 3, b"", 0, 0),
        ("credit", CREDIT, 3, struct.pack(">I", 65536), 0, 0),
        ("ping", PING, 0, EIGHT, 0, 0),
        ("pong", PONG, 0, EIGHT, 0, 0),
        ("goaway", GOAWAY, 0, message("GoAway", 'last_stream: 7 reason: "draining" grace_ms: 30000'), 0, 0),
        ("last-stream-number", CANCEL, 0xFFFFFFFF, b"", 0, 0),
        ("undefined-flags-kept", CANCEL, 3, b"", 0xF0, 0),
    ]:
        f.case(name, recv(frame(kind, stream, payload, flags, method)), frame_line(kind, stream, payload, flags, method))
    f.case(
        "three-in-a-row",
        recv(frame(PING, 0, EIGHT), frame(DATA, 5, b"", 0), frame(END, 5, OK_END)),
        frame_line(PING, 0, EIGHT), frame_line(DATA, 5), frame_line(END, 5, OK_END),
    )
    f.case("ancillary-skipped", recv(frame(0x80, 9, b"\xff" * 20), frame(0xFF, 0), frame(PING, 0, EIGHT)), frame_line(PING, 0, EIGHT))
    f.case("largest-frame", recv(frame(DATA, 1, b"\xaa" * 262144)), frame_line(DATA, 1, b"\xaa" * 262144))
    f.case("partial-header", recv(frame(PING, 0, EIGHT)[:15]))
    f.case("partial-payload", recv(frame(PING, 0, EIGHT)[:-1]))
    f.case("too-large", recv(frame(DATA, 1, length=262145)), "fatal frame_too_large")
    f.case("too-large-for-the-field", recv(frame(DATA, 1, length=0xFFFFFFFF)), "fatal frame_too_large")
    f.case("too-large-ancillary", recv(frame(0x90, 1, length=262145)), "fatal frame_too_large")
    f.case("reserved", recv(frame(PING, 0, EIGHT, reserved=1)), "fatal reserved_not_zero")
    f.case("reserved-in-ancillary", recv(frame(0x90, 0, reserved=0x80000000)), "fatal reserved_not_zero")
    for kind in (0x00, 0x04, 0x0F, 0x16, 0x23, 0x7F):
        f.case(f"unknown-type-{kind:02x}", recv(frame(kind)), "fatal unknown_frame_type")
    f.case("method-in-data", recv(frame(DATA, 1, method=1)), "fatal method_not_zero")
    f.case("judged-by-header-alone", recv(frame(0x7F, length=100)), "fatal unknown_frame_type")
    f.case("good-then-bad", recv(frame(PING, 0, EIGHT), frame(0x7F)), frame_line(PING, 0, EIGHT), "fatal unknown_frame_type")
    f.case("http", recv(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "fatal frame_too_large")
    return f


def client() -> File:
    f = File("client.hex", "A client's connection.")
    opening = [send(PREFACE, frame(HELLO, 0, HELLO_BODY)), recv(frame(HELLO_OK, 0, HELLO_OK_BODY)), "event hello_ok"]
    small = [opening[0], recv(frame(HELLO_OK, 0, SMALL_CREDIT)), "event hello_ok"]
    call = [f"open 1 0x{CHAT:04x} {hexa(REQ)}", send(frame(REQUEST, 1, REQ, 0, CHAT))]
    def credit(amount: int) -> str:
        return send(frame(CREDIT, 1, struct.pack(">I", amount)))

    head, data, end = (f"event {k} 1 {hexa(b)}" for k, b in (("head", HEAD_BODY), ("data", CHUNK), ("end", OK_END)))

    f.case("hello", *opening)
    f.case("unary", *opening, *call, recv(frame(HEAD, 1, HEAD_BODY), frame(END, 1, OK_END)), head, end)
    f.case(
        "request-that-says-what-it-wants", *opening, f"open 1 0x{CHAT:04x} {hexa(WISHING_REQ)}",
        send(frame(REQUEST, 1, WISHING_REQ, 0, CHAT)), recv(frame(END, 1, OK_END)), end,
    )
    f.case(
        "place-in-the-queue", *opening, *call, recv(frame(HEAD, 1, PLACE_BODY), frame(HEAD, 1, HEAD_BODY), frame(END, 1, OK_END)),
        f"event head 1 {hexa(PLACE_BODY)}", head, end,
    )
    f.case(
        "events-watched", *opening, f"open 1 0x{WATCH_EVENTS:04x} -", send(frame(REQUEST, 1, b"", 0, WATCH_EVENTS)),
        recv(frame(HEAD, 1, HEAD_BODY), frame(DATA, 1, EVENT), frame(END, 1, WATCHED_END)),
        head, f"event data 1 {hexa(EVENT)}", f"event end 1 {hexa(WATCHED_END)}",
    )
    f.case("unary-without-head", *opening, *call, recv(frame(END, 1, OK_END)), end)
    f.case(
        "stream", *opening, *call,
        recv(frame(HEAD, 1, HEAD_BODY), frame(DATA, 1, CHUNK), frame(DATA, 1, CHUNK), frame(END, 1, OK_END)), head, data, data, end,
    )
    f.case(
        "credit-as-taken", *small, *call, recv(frame(DATA, 1, CHUNK)), data,
        f"taken 1 {len(CHUNK)}", credit(len(CHUNK)),
        recv(frame(DATA, 1, CHUNK), frame(END, 1, OK_END)), data, end,
    )
    f.case("empty-data-is-a-message", *opening, *call, recv(frame(DATA, 1, b""), frame(END, 1, OK_END)), "event data 1 -", end)
    f.case("empty-end-is-a-message", *opening, *call, recv(frame(END, 1, b"")), "event end 1 -")
    f.case(
        "continued-data", *opening, *call,
        recv(frame(DATA, 1, CHUNK[:1], MORE), frame(DATA, 1, b"", MORE), frame(DATA, 1, CHUNK[1:]), frame(END, 1, OK_END)), data, end,
    )
    f.case(
        "message-longer-than-the-credit", *small, *call,
        recv(frame(DATA, 1, LONG[:16], MORE)), credit(16), recv(frame(DATA, 1, LONG[16:32], MORE)), credit(16),
        recv(frame(DATA, 1, LONG[32:40], MORE), frame(DATA, 1, LONG[40:44], MORE)), credit(12),
        recv(frame(DATA, 1, LONG[44:])), f"event data 1 {hexa(LONG)}",
        f"taken 1 {len(LONG)}", credit(len(LONG) - 44), recv(frame(END, 1, OK_END)), end,
    )
    f.case("continued-end", *opening, *call, recv(frame(END, 1, OK_END[:1], MORE), frame(END, 1, OK_END[1:])), end)
    f.case(
        "two-streams-interleaved", *opening, *call,
        f"open 3 0x{CHAT:04x} {hexa(REQ)}", send(frame(REQUEST, 3, REQ, 0, CHAT)),
        recv(frame(DATA, 1, CHUNK[:2], MORE), frame(DATA, 3, CHUNK), frame(DATA, 1, CHUNK[2:]), frame(END, 3, OK_END), frame(END, 1, OK_END)),
        f"event data 3 {hexa(CHUNK)}", data, f"event end 3 {hexa(OK_END)}", end,
    )
    f.case(
        "request-in-two-frames", *small, f"open 1 0x{CHAT:04x} {hexa(b'z' * 65537)}",
        send(frame(REQUEST, 1, b"z" * 65536, MORE, CHAT), frame(REQUEST, 1, b"z", 0, CHAT)),
    )
    f.case(
        "cancel-then-late-data", *opening, *call, "cancel 1", send(frame(CANCEL, 1)),
        recv(frame(HEAD, 1, HEAD_BODY), frame(DATA, 1, CHUNK)), credit(len(CHUNK)),
        recv(frame(END, 1, CANCELLED_END)),
    )
    f.case(
        "other-stream-after-cancel", *opening, *call, "cancel 1", send(frame(CANCEL, 1)),
        f"open 3 0x{CHAT:04x} {hexa(REQ)}", send(frame(REQUEST, 3, REQ, 0, CHAT)),
        recv(frame(END, 1, CANCELLED_END), frame(END, 3, OK_END)), f"event end 3 {hexa(OK_END)}",
    )
    f.case("ping", *opening, recv(frame(PING, 0, EIGHT)), send(frame(PONG, 0, EIGHT)))
    f.case("unasked-pong", *opening, recv(frame(PONG, 0, EIGHT), frame(PING, 0, EIGHT)), send(frame(PONG, 0, EIGHT)))
    goaway = frame(GOAWAY, 0, message("GoAway", 'last_stream: 1 reason: "draining" grace_ms: 30000'))
    f.case("goaway-lets-streams-finish", *opening, *call, recv(goaway, frame(END, 1, OK_END)), "event goaway 1", end)
    f.case("ancillary", *opening, *call, recv(frame(0x90, 1, b"new"), frame(END, 1, OK_END)), end)
    version = message("ConnectionError", 'status { code: 9 reason: "llmgw.protocol.version" } min_major: 2 max_major: 3')
    f.case("version-refused", opening[0], recv(frame(ERROR, 0, version)), "fatal llmgw.protocol.version")
    f.case("bytes-behind-a-refusal", *opening, recv(frame(ERROR, 0, version), b"\xff" * 17), "fatal llmgw.protocol.version")
    f.case("first-frame-is-not-hello-ok", opening[0], recv(frame(PING, 0, EIGHT)), "fatal unexpected_frame")
    f.case("hello-ok-twice", *opening, recv(frame(HELLO_OK, 0, HELLO_OK_BODY)), "fatal unexpected_frame")
    f.case("hello-ok-malformed", opening[0], recv(frame(HELLO_OK, 0, b"\xff\xff\xff")), "fatal malformed_message")
    for kind, name in ((HELLO, "hello"), (REQUEST, "request"), (CANCEL, "cancel"), (CREDIT, "credit")):
        f.case(f"{name}-from-the-daemon", *opening, *call, recv(frame(kind, 1 if kind != HELLO else 0, b"", 0, 0)), "fatal wrong_side")
    for kind, name in ((HEAD, "head"), (DATA, "data"), (END, "end")):
        f.case(f"{name}-on-a-stream-never-opened", *opening, recv(frame(kind, 1)), "fatal wrong_stream")
        f.case(f"{name}-on-the-connection", *opening, recv(frame(kind, 0)), "fatal wrong_stream")
        f.case(f"{name}-after-end", *opening, *call, recv(frame(END, 1, OK_END), frame(kind, 1)), end, "fatal wrong_stream")
    f.case("ping-on-a-stream", *opening, recv(frame(PING, 1, EIGHT)), "fatal wrong_stream")
    f.case("ping-of-seven", *opening, recv(frame(PING, 0, EIGHT[:7])), "fatal wrong_size")
    f.case("end-interrupts-continued-data", *opening, *call, recv(frame(DATA, 1, b"x", MORE), frame(END, 1, CANCELLED_END)),
           f"event end 1 {hexa(CANCELLED_END)}")
    f.case("data-between-the-parts-of-end", *opening, *call, recv(frame(END, 1, b"x", MORE), frame(DATA, 1, CHUNK)), "fatal unexpected_frame")
    f.case("head-between-the-parts-of-data", *opening, *call, recv(frame(DATA, 1, b"x", MORE), frame(HEAD, 1)), "fatal unexpected_frame")
    f.case("daemon-ignores-credit", *small, *call, recv(frame(DATA, 1, b"x" * 17)), "fatal credit_overflow")
    f.case("frame-above-limit", *small, *call, recv(frame(END, 1, length=65537)), "fatal frame_too_large")
    part = frame(END, 1, b"y" * 65536, MORE)
    f.case("message-above-limit", *small, *call, recv(*[part] * 16, frame(END, 1, b"y")), "fatal frame_too_large")
    return f


def server() -> File:
    f = File("server.hex", "The daemon's connection.")
    hello = frame(HELLO, 0, HELLO_BODY)
    opening = [recv(PREFACE, hello), send(frame(HELLO_OK, 0, HELLO_OK_BODY))]
    req = frame(REQUEST, 1, REQ, 0, CHAT)
    request = f"event request 1 0x{CHAT:04x} {hexa(REQ)}"

    f.case("hello", *opening)
    f.case("request", *opening, recv(req), request)
    f.case(
        "request-that-says-what-it-wants", *opening, recv(frame(REQUEST, 1, WISHING_REQ, 0, CHAT)),
        f"event request 1 0x{CHAT:04x} {hexa(WISHING_REQ)}",
    )
    f.case("request-in-parts", *opening, recv(frame(REQUEST, 1, REQ[:3], MORE, CHAT), frame(REQUEST, 1, b"", MORE, CHAT), frame(REQUEST, 1, REQ[3:], 0, CHAT)), request)
    f.case(
        "parts-of-two-requests", *opening,
        recv(frame(REQUEST, 1, REQ[:3], MORE, CHAT), frame(REQUEST, 3, REQ, 0, CHAT), frame(REQUEST, 1, REQ[3:], 0, CHAT)),
        f"event request 3 0x{CHAT:04x} {hexa(REQ)}", request,
    )
    f.case("empty-request", *opening, recv(frame(REQUEST, 1, b"", 0, 0x0101)), "event request 1 0x0101 -")
    f.case("numbers-may-skip", *opening, recv(frame(REQUEST, 7, REQ, 0, CHAT)), f"event request 7 0x{CHAT:04x} {hexa(REQ)}")
    f.case("cancel", *opening, recv(req, frame(CANCEL, 1)), request, "event cancel 1")
    f.case("cancel-while-receiving", *opening, recv(frame(REQUEST, 1, REQ[:3], MORE, CHAT), frame(CANCEL, 1), frame(REQUEST, 1, REQ[3:], 0, CHAT), frame(PING, 0, EIGHT)),
           "refuse 1 llmgw.client.cancelled", send(frame(PONG, 0, EIGHT)))
    f.case("credit", *opening, recv(req, frame(CREDIT, 1, struct.pack(">I", 1000))), request, "event credit 1 1000")
    f.case("ping", *opening, recv(frame(PING, 0, EIGHT)), send(frame(PONG, 0, EIGHT)))
    f.case("unasked-pong", *opening, recv(frame(PONG, 0, EIGHT), frame(PING, 0, EIGHT)), send(frame(PONG, 0, EIGHT)))
    f.case("ancillary", *opening, recv(frame(0x90, 4, b"new"), req), request)
    f.case("newer-minor", recv(b"LLGW\x01\x09\x00\x00", hello), opening[1])
    f.case("request-frame-too-large", *opening, recv(frame(REQUEST, 1, b"q" * 262145, 0, CHAT), frame(PING, 0, EIGHT)),
           "refuse 1 llmgw.client.message_too_large", send(frame(PONG, 0, EIGHT)))
    f.case("wrong-preface", recv(b"GET / HT"), "fatal wrong_preface")
    f.case("other-major", recv(b"LLGW\x02\x00\x00\x00"), "fatal llmgw.protocol.version")
    f.case("preface-reserved", recv(b"LLGW\x01\x00\x00\x01"), "fatal wrong_preface")
    f.case("request-before-hello", recv(PREFACE, req), "fatal unexpected_frame")
    f.case("hello-twice", *opening, recv(hello), "fatal unexpected_frame")
    f.case("hello-malformed", recv(PREFACE, frame(HELLO, 0, b"\xff\xff\xff")), "fatal malformed_message")
    f.case("hello-too-large", recv(PREFACE, frame(HELLO, 0, length=1025)), "fatal frame_too_large")
    f.case("hello-on-a-stream", recv(PREFACE, frame(HELLO, 1, HELLO_BODY)), "fatal wrong_stream")
    for kind, name in ((HELLO_OK, "hello-ok"), (ERROR, "error"), (HEAD, "head"), (DATA, "data"), (END, "end"), (GOAWAY, "goaway")):
        f.case(f"{name}-from-the-client", *opening, recv(frame(kind, 1 if kind in (HEAD, DATA, END) else 0)), "fatal wrong_side")
    f.case("even-stream", *opening, recv(frame(REQUEST, 2, REQ, 0, CHAT)), "fatal wrong_stream")
    f.case("request-on-the-connection", *opening, recv(frame(REQUEST, 0, REQ, 0, CHAT)), "fatal wrong_stream")
    f.case("numbers-must-rise", *opening, recv(frame(REQUEST, 5, REQ, 0, CHAT), frame(REQUEST, 3, REQ, 0, CHAT)),
           f"event request 5 0x{CHAT:04x} {hexa(REQ)}", "fatal wrong_stream")
    f.case("number-twice", *opening, recv(req, req), request, "fatal unexpected_frame")
    f.case("method-changes", *opening, recv(frame(REQUEST, 1, b"", MORE, CHAT), frame(REQUEST, 1, b"", 0, 0x0202)), "fatal unexpected_frame")
    f.case("cancel-of-nothing", *opening, recv(frame(CANCEL, 1)), "fatal wrong_stream")
    f.case("cancel-with-payload", *opening, recv(req, frame(CANCEL, 1, b"x")), request, "fatal wrong_size")
    f.case("credit-of-nothing", *opening, recv(frame(CREDIT, 1, struct.pack(">I", 1))), "fatal wrong_stream")
    f.case("credit-zero", *opening, recv(req, frame(CREDIT, 1, struct.pack(">I", 0))), request, "fatal wrong_size")
    f.case("credit-of-three-bytes", *opening, recv(req, frame(CREDIT, 1, b"\0\0\1")), request, "fatal wrong_size")
    f.case("credit-overflow", *opening, recv(req, frame(CREDIT, 1, struct.pack(">I", 0x7FFFFFFF))), request, "fatal credit_overflow")
    f.case("ping-of-nine", *opening, recv(frame(PING, 0, EIGHT + b"x")), "fatal wrong_size")
    f.case("unknown-type", *opening, recv(frame(0x33)), "fatal unknown_frame_type")
    f.case("reserved", *opening, recv(frame(PING, 0, EIGHT, reserved=9)), "fatal reserved_not_zero")
    return f


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else PROTO / "vectors"
    for file in (frames(), client(), server()):
        file.write(folder)


if __name__ == "__main__":
    main()
