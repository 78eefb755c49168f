"""`python -m llmgw "PROMPT"` streams an answer to the terminal."""

from __future__ import annotations

import argparse
import sys

from . import Client, GatewayError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m llmgw", description="Asks the local gateway.")
    parser.add_argument("prompt", help="the question")
    parser.add_argument("-m", "--model", help="a model's name or alias; the configured default without it")
    parser.add_argument("--socket", metavar="PATH", help="path of the daemon's socket")
    parser.add_argument("--max-tokens", metavar="N", type=int, help="most tokens of the answer")
    parser.add_argument("--no-stream", action="store_true", help="show the answer when it is whole, not as it is written")
    options = parser.parse_args()
    try:
        with Client(options.socket) as client:
            if options.no_stream:
                reply = client.chat(options.prompt, model=options.model, max_tokens=options.max_tokens)
                print(reply.text)
                return 0
            with client.stream_chat(options.prompt, model=options.model, max_tokens=options.max_tokens) as stream:
                for chunk in stream:
                    print(chunk.text, end="", flush=True)
            print()
            return 0
    except GatewayError as error:
        print(f"llmgw: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
