"""Serving the built book on this machine: ``python -m embedkit.authoring.serve 8000``."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

FOLDER = "_build/html"


def main(arguments: list[str]) -> int:
    """Serve the book until it is interrupted, and return the exit code."""
    text = arguments[0] if arguments else "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        print(f"{text} is not a port: choose a number from 1 to 65535, as in PORT=8000.")
        return 2
    try:
        server = ThreadingHTTPServer(
            ("127.0.0.1", int(text)), partial(SimpleHTTPRequestHandler, directory=FOLDER)
        )
    except OSError as error:
        print(f"Port {text} cannot be used ({error.strerror}): choose another, as in PORT=8001.")
        return 2
    print(f"The book is at http://localhost:{text}/ until you press Ctrl-C.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
