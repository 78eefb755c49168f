"""Learns the sizes of the frames of one call by listening in, so that the floor moves just as many bytes."""

import socket
import struct
import subprocess
import threading

PREFACE, HEADER = 8, 16
REQUEST, END = 0x10, 0x13


def learn(load, gateway_socket, folder):
    """Bytes of REQUEST, and of everything that answers it up to END, headers included."""
    path = folder / "relay.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(10)
        command = [load / "load", "llmgw", "--socket", path, "--warm-up", "0", "--window", "0.2"]
        client = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
        near, _ = listener.accept()
    far = socket.socket(socket.AF_UNIX)
    far.connect(str(gateway_socket))
    up, down = bytearray(), bytearray()
    threads = [threading.Thread(target=_relay, args=way) for way in ((near, far, up), (far, near, down))]
    for thread in threads:
        thread.start()
    if client.wait(timeout=30) != 0:
        raise RuntimeError("the load generator failed through the relay")
    for thread in threads:
        thread.join(timeout=10)
    request = next(size for kind, size in _frames(up[PREFACE:]) if kind == REQUEST)
    reply = 0
    for kind, size in _frames(down):
        reply += size if kind >= REQUEST else 0
        if kind == END:
            return {"request": request, "reply": reply}
    raise RuntimeError("no END came through the relay")


def _relay(source, sink, copy):
    try:
        while data := source.recv(65536):
            copy += data
            sink.sendall(data)
    except OSError:
        pass  # The client ends in the middle of a call, as its window is over.
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The other thread was here first.


def _frames(data):
    at = 0
    while at + HEADER <= len(data):
        length, kind = struct.unpack_from(">IB", data, at)
        yield kind, HEADER + length
        at += HEADER + length
