"""The vectors that all implementations run. proto/vectors/README.md has the format."""

from __future__ import annotations

import pathlib
import random
import re
from collections.abc import Callable, Iterator

import pytest

from llmgw._connection import Connection, ConnectionRefused, GoAway, HelloOk
from llmgw._frames import HEAD, DATA, END, FrameDecoder, ProtocolViolation

VECTORS = pathlib.Path(__file__).resolve().parents[3] / "proto" / "vectors"


def cases(name: str) -> list[tuple[str, list[list[str]]]]:
    found: list[tuple[str, list[list[str]]]] = []
    for line in (VECTORS / name).read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "case":
            found.append((words[1], []))
        else:
            found[-1][1].append(words)
    return found


def unhex(text: str) -> bytes:
    if text == "-":
        return b""
    out = b""
    for piece in text.split("+"):
        run = re.fullmatch(r"([0-9a-f]{2})\*(\d+)", piece)
        out += bytes.fromhex(run[1]) * int(run[2]) if run else bytes.fromhex(piece)
    return out


def whole(data: bytes) -> Iterator[bytes]:
    yield data


def bytewise(data: bytes) -> Iterator[bytes]:
    if len(data) > 4096:  # The long runs are about sizes, not about splits.
        yield data
        return
    for index in range(len(data)):
        yield data[index : index + 1]


def randomly(data: bytes) -> Iterator[bytes]:
    source = random.Random(len(data))
    first = 0
    while first < len(data):
        size = source.randint(1, 40)
        yield data[first : first + size] if len(data) <= 4096 else data[first:]
        first += size if len(data) <= 4096 else len(data)


SPLITS = pytest.mark.parametrize("split", [whole, bytewise, randomly])
Split = Callable[[bytes], Iterator[bytes]]


@SPLITS
@pytest.mark.parametrize("name,steps", cases("frames.hex"), ids=lambda value: value if isinstance(value, str) else "")
def test_frames(name: str, steps: list[list[str]], split: Split) -> None:
    decoder = FrameDecoder(262144)
    out: list[list[str]] = []
    for step in [step for step in steps if step[0] == "recv"]:
        try:
            for part in split(unhex(step[1])):
                decoder.feed(part)
                while (frame := decoder.next()) is not None:
                    out.append([
                        "frame", f"type=0x{frame.type:02x}", f"flags=0x{frame.flags:02x}",
                        f"method=0x{frame.method:04x}", f"stream={frame.stream}", frame.payload.hex(),
                    ])
        except ProtocolViolation as violation:
            out.append(["fatal", violation.reason])
            break
    expected = [
        step if step[0] == "fatal" else [*step[:5], unhex(step[5].removeprefix("payload=")).hex()]
        for step in steps if step[0] != "recv"
    ]
    assert out == expected


@SPLITS
@pytest.mark.parametrize("name,steps", cases("client.hex"), ids=lambda value: value if isinstance(value, str) else "")
def test_client(name: str, steps: list[list[str]], split: Split) -> None:
    connection = Connection("vectors", "1", credit_threshold=1)
    sent = b""
    events: list[list[str]] = []
    kinds = {HEAD: "head", DATA: "data", END: "end"}

    def receive(data: bytes) -> None:
        try:
            for part in split(data):
                for event in connection.receive(part):
                    if isinstance(event, HelloOk):
                        events.append(["event", "hello_ok"])
                    elif isinstance(event, GoAway):
                        events.append(["event", "goaway", str(event.last_stream)])
                    else:
                        events.append(["event", kinds[event.kind], str(event.stream), event.payload.hex()])
        except ProtocolViolation as violation:
            events.append(["fatal", violation.reason])
        except ConnectionRefused as refused:
            events.append(["fatal", refused.error.status.reason])

    for step in steps:
        sent += connection.take_output()
        match step:
            case ["recv", data]:
                receive(unhex(data))
            case ["send", data]:
                assert sent == unhex(data)
                sent = b""
            case ["open", stream, method, request]:
                assert connection.open(int(method, 16), unhex(request)) == int(stream)
            case ["cancel", stream]:
                connection.cancel(int(stream))
            case ["taken", stream, count]:
                connection.taken(int(stream), int(count))
            case _:
                expected = [*step[:3], unhex(step[3]).hex()] if len(step) == 4 else step
                assert events.pop(0) == expected
    assert not events
    assert not sent + connection.take_output()
