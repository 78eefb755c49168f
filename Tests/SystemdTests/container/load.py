"""Calls without a pause until standard input ends, and then says how many calls there were and which of them failed."""

import json
import sys
import threading

from llmgw import Client, GatewayError

stop = threading.Event()
lock = threading.Lock()
calls = 0
failures: list[str] = []


def work() -> None:
    global calls
    with Client(timeout=60) as client:
        while not stop.is_set():
            try:
                assert client.chat("压力").text
            except GatewayError as error:
                with lock:
                    failures.append(f"{error.reason}: {error}")
            with lock:
                calls += 1


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
print("begun", flush=True)
sys.stdin.read()
stop.set()
for thread in threads:
    thread.join()
print(json.dumps({"calls": calls, "failures": failures}))
