"""Limits of a connection that the vectors do not reach."""

from __future__ import annotations

import pytest

from llmgw import _frames as frames
from llmgw import errors
from llmgw._connection import Connection
from llmgw.v1 import wire_pb2


def opened(**limits: int) -> Connection:
    connection = Connection("test", "1")
    hello = wire_pb2.HelloOk(limits=wire_pb2.Limits(**limits))
    list(connection.receive(frames.encode(frames.HELLO_OK, payload=hello.SerializeToString())))
    connection.take_output()
    return connection


def test_a_request_above_the_limit_is_not_sent() -> None:
    connection = opened(max_message=1000)
    with pytest.raises(errors.RequestTooLargeError) as caught:
        connection.open(0x0201, "长".encode() * 400)
    assert caught.value.not_processed
    assert connection.take_output() == b""
    assert connection.open(0x0201, b"x" * 1000) == 1


def test_frames_stay_below_the_length_that_no_peer_may_allow() -> None:
    connection = opened(max_frame=2**32 - 1, max_message=2**31)
    connection.open(0x0201, b"x" * (1 << 24))
    assert connection.take_output()[:4] == (frames.LENGTH_LIMIT - 1).to_bytes(4, "big")


def test_the_last_stream_ends_the_connection() -> None:
    connection = opened()
    connection._next_stream = 2**32 - 1
    assert connection.open(0x0201, b"x") == 2**32 - 1
    assert connection.going_away
