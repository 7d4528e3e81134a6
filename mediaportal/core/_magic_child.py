"""Runs alone in the sandbox: asks libmagic what the bytes in the request are."""

import base64
import json
import sys

import magic


def main() -> None:
    """Read the request and print the answer."""
    head = base64.b64decode(json.load(sys.stdin)["head"])
    json.dump({"mime": magic.from_buffer(head, mime=True)}, sys.stdout)


main()
