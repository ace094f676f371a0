"""A second implementation of docs/formats/state-digest.md, and of its worked example.

Prints the digest of the example's rows, and fails if the page says another.
"""

import hashlib
import re
import sys


def item(data):
    return len(data).to_bytes(4, "big") + data


def field(value):
    if isinstance(value, str):
        return item(value.encode())
    if isinstance(value, bytes):
        return item(value)
    if isinstance(value, int):
        return item(value.to_bytes(8, "big"))
    if isinstance(value, list):
        return field(len(value)) + b"".join(field(element) for element in value)
    return encoded(value)  # fields of an element, one after another


def encoded(fields):
    return b"".join(field(value) for value in fields)


def row16(*fields):
    return hashlib.sha256(encoded(fields)).digest()[:16]


def rows_of(page):
    """The rows of the example: lines of the fenced block that are tuples as Python writes them."""
    example = page[page.index("## Worked example"):]
    for line in example.splitlines():
        if line.startswith("("):
            readable = re.sub(r"x'([0-9a-f]*)'", r"bytes.fromhex('\1')", line)
            yield eval(readable, {"__builtins__": {}, "bytes": bytes, "row16": row16})


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        page = file.read()
    rows = list(rows_of(page))
    digest = hashlib.sha256(b"".join(encoded(row) for row in rows)).hexdigest()
    print(len(rows), "rows", digest)
    if len(rows) < 25 or f"\ndigest = {digest}\n" not in page:
        sys.exit("the page says another digest")


if __name__ == "__main__":
    main()
