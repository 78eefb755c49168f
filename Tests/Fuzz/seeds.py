#!/usr/bin/env python3
"""Writes what fuzzing begins with into FOLDER/TARGET: the vectors of the protocol, every message with all its fields, fixtures of tests.

`scripts/fuzz --merge` runs it, and keeps of it what adds to the coverage.
"""

import hashlib
import importlib
import itertools
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from llmgw.v1 import gateway_pb2, wire_pb2

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
SIZE_LIMIT = 4096
PREFACE_AND_HELLO = b"LLGW\x01\0\0\0" + bytes.fromhex("00000000010000000000000000000000")
HELLO_OK = bytes.fromhex("00000008020000000000000000000000") + b"\x0a\x02\xce\xb2\x10\x01\x18\x00"


def vectors(name: str) -> Iterator[bytes]:
    """What arrives in each case of a file of vectors."""
    for case in (ROOT / "proto/vectors" / name).read_text().split("\ncase ")[1:]:
        yield b"".join(unhex(line.split()[1]) for line in case.splitlines() if line.startswith("recv "))


def unhex(text: str) -> bytes:
    runs = [part.split("*") for part in text.split("+")] if text != "-" else []
    return b"".join(bytes.fromhex(run[0]) * (int(run[1]) if len(run) > 1 else 1) for run in runs)


def full(message: Message) -> Message:
    """With every field set; of a oneof, the last."""
    for field in message.DESCRIPTOR.fields:
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            full(getattr(message, field.name).add() if field.is_repeated else getattr(message, field.name))
            continue
        value = {
            FieldDescriptor.CPPTYPE_STRING: "报告" if field.type == FieldDescriptor.TYPE_STRING else b'{"a":[1,"\xe4\xbd\xa0"]}',
            FieldDescriptor.CPPTYPE_BOOL: True,
            FieldDescriptor.CPPTYPE_ENUM: field.enum_type.values[-1].number if field.enum_type else None,
            FieldDescriptor.CPPTYPE_FLOAT: 0.5,
            FieldDescriptor.CPPTYPE_DOUBLE: 0.25,
        }.get(field.cpp_type, 7)
        if field.is_repeated:
            getattr(message, field.name).append(value)
        else:
            setattr(message, field.name, value)
    return message


def each_field(message: Message) -> Iterator[Message]:
    """With one field after the other."""
    for field in message.DESCRIPTOR.fields:
        one = type(message)()
        whole = full(type(message)())
        for other in message.DESCRIPTOR.fields:
            if other.name != field.name:
                whole.ClearField(other.name)
        one.MergeFrom(whole)
        if one.ByteSize() == 0 and field.type == FieldDescriptor.TYPE_MESSAGE:
            full(getattr(one, field.name))
        yield one


def requests() -> Iterator[bytes]:
    for name in ("meta", "gateway", "admin", "quota", "cache", "host"):
        module = importlib.import_module(f"llmgw.v1.{name}_pb2")
        text = (ROOT / f"proto/llmgw/v1/{name}.proto").read_text()
        for number, request in re.findall(r"(0x[0-9a-f]{4}).*\n\s*rpc \w+\((\w+)\)", text):
            empty = getattr(module, request)()
            for message in [empty, full(type(empty)()), *each_field(empty)]:
                yield struct.pack(">H", int(number, 16)) + message.SerializeToString()
    for message in (wire_pb2.Hello(), wire_pb2.Request()):
        yield b"\0\0" + full(message).SerializeToString()


def frame(kind: int, stream: int, payload: bytes, method: int = 0) -> bytes:
    return struct.pack(">IBBHII", len(payload), kind, 0, method, stream, 0) + payload


def frames() -> Iterator[bytes]:
    yield from vectors("server.hex")
    for request in requests():
        envelope = wire_pb2.Request(body=request[2:]).SerializeToString()
        yield PREFACE_AND_HELLO + frame(0x10, 1, envelope, struct.unpack(">H", request[:2])[0])


def replies() -> Iterator[bytes]:
    yield from vectors("client.hex")
    head, end = full(wire_pb2.Head()).SerializeToString(), wire_pb2.End()
    end.status.code = 0
    for reply in (gateway_pb2.ChatReply(), gateway_pb2.CompleteReply(), gateway_pb2.EmbedReply(), gateway_pb2.BatchReply()):
        end.reply = full(reply).SerializeToString()
        yield HELLO_OK + frame(0x11, 1, head) + frame(0x13, 1, end.SerializeToString())
    for chunk in (gateway_pb2.ChatChunk(), gateway_pb2.CompleteChunk(), gateway_pb2.BatchEvent()):
        yield HELLO_OK + frame(0x12, 1, full(chunk).SerializeToString())
    yield HELLO_OK + frame(0x13, 1, full(wire_pb2.End()).SerializeToString())
    yield frame(0x03, 0, full(wire_pb2.ConnectionError()).SerializeToString())


def fixtures(folder: str) -> list[bytes]:
    """JSON objects in the tests' sources."""
    texts = [path.read_text() for path in sorted((ROOT / "Tests" / folder).rglob("*.swift"))]
    return [found.encode() for text in texts for found in re.findall(r'#"(\{.*?\})"#', text)]


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(itertools.islice(rest, size)):
        yield batch


def streams() -> Iterator[bytes]:
    openai, anthropic = fixtures("LLMGWUpstreamTests/OpenAI"), fixtures("LLMGWUpstreamTests/Anthropic")
    for choice, events, end in ((0, openai, b"data: [DONE]\n\n"), (1, anthropic, b""), (2, openai, b"data: [DONE]\r\n\r\n")):
        for some in batches(events, 4):
            yield bytes([choice]) + b"".join(b"event: e\ndata: " + event + b"\n\n" for event in some) + end
    yield b"\0\xef\xbb\xbf: comment\rdata: {}\rdata\n\nid: 1\nretry: 2\nforeign\n" + b'{"error":{"message":"m"}}'


def answers() -> Iterator[bytes]:
    for choice, folder in itertools.product(range(8), ("OpenAI", "Anthropic")):
        yield from (bytes([choice]) + text for text in fixtures(f"LLMGWUpstreamTests/{folder}"))


def heads() -> Iterator[bytes]:
    text = (ROOT / "Tests/LLMGWUpstreamTests/RateLimitHeaderTests.swift").read_text()
    fields = dict.fromkeys(f"{name}: {value}" for name, value in re.findall(r'"([a-z-]+)": "([^"\\]*)"', text))
    for choice, some in itertools.product(range(2), batches(fields, 6)):
        yield bytes([choice]) + "\n".join(some).encode()
    date = "date: Sat, 21 Nov 2026 12:00:00 GMT\n"
    yield b"\0" + f"{date}retry-after: Sat, 21 Nov 2026 12:00:05 GMT\nx-should-retry: true".encode()
    yield b"\0" + b"retry-after-ms: 12.5\nretry-after: 7\nx-should-retry: false\nmessage: Please try again in 1h6m0.5s."
    yield b"\1" + f"{date}message: You will regain access on 2026-12-01 at 00:00 UTC.".encode()


def json() -> Iterator[bytes]:
    yield from fixtures("LLMGWUpstreamTests")
    yield from fixtures("LLMGWJSONTests")
    yield '[1e21,-0.0,1E-7,9007199254740993,123456789012345678901,"\\ud83d\\ude00\\u0000\\"\\/\\b€",{"é":null,"a":[true,false]}]'.encode()


def toml() -> Iterator[bytes]:
    yield (ROOT / "examples/llmgw.toml").read_bytes()
    for path in sorted((ROOT / "Tests/LLMGWControlTests").glob("*.swift")):
        yield from (text.encode() for text in re.findall(r'"""\n(.*?)"""', path.read_text(), re.S))
    # Every setting with its default.
    for section in re.split(r"^## ", (ROOT / "docs/configuration.md").read_text(), flags=re.M):
        if header := re.match(r"`(\[.*?\])`", section):
            rows = re.findall(r"^\| `(\w+)` \|.*?\| `([^`]+)` \|", section, re.M)
            name = header[1].replace("NAME", "n").replace("MODEL", "m").replace("PROVIDER", "p")
            yield f"{name}\n{''.join(f'{key} = {value}{chr(10)}' for key, value in rows)}".encode()


def main() -> None:
    folder = Path(sys.argv[1])
    targets = {
        "frames": frames, "requests": requests, "replies": replies, "client": replies, "streams": streams, "answers": answers,
        "heads": heads, "json": json, "toml": toml,
    }  # fmt: skip
    for target, make in targets.items():
        place = folder / target
        place.mkdir(parents=True, exist_ok=True)
        seeds = {seed for seed in make() if len(seed) <= SIZE_LIMIT}
        for seed in seeds:
            (place / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
        print(f"{target}: {len(seeds)} seeds")


if __name__ == "__main__":
    main()
