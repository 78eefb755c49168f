"""Asks a model and shows the answer as it is written: chat.py [--model NAME] PROMPT"""

import argparse
import sys

import llmgw


def main() -> int:
    parser = argparse.ArgumentParser(description="Asks a model and shows the answer as it is written.")
    parser.add_argument("--model", help="a model's name or alias; the configured default without it")
    parser.add_argument("prompt")
    arguments = parser.parse_args()

    with llmgw.Client(name="chat.py") as client:
        try:
            with client.stream_chat(arguments.prompt, model=arguments.model) as stream:
                for chunk in stream:
                    print(chunk.text, end="", flush=True)
            print()
        except llmgw.GatewayError as error:
            print(f"chat.py: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
