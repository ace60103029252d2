"""Serving the built book on this machine: ``python -m embedkit.authoring.serve 8000``."""

import gzip
import io
import sys
from functools import lru_cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

FOLDER = "_build/html"
COMPRESSED = {".html", ".css", ".js", ".svg", ".json", ".txt", ".ipynb"}


class BookHandler(SimpleHTTPRequestHandler):
    """Sends text compressed, as GitHub Pages does, so that a page weighs what it weighs there."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Send the headers of a file, and return what is to follow them."""
        path = Path(self.translate_path(self.path))
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        if not (accepted and path.suffix in COMPRESSED and path.is_file()):
            return super().send_head()
        body = compressed(path, path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)


@lru_cache(maxsize=512)
def compressed(path: Path, changed_at: int) -> bytes:
    """Return a file's bytes compressed; the time of its last change says when to read it anew."""
    return gzip.compress(path.read_bytes(), 6)


def book_server(port: int, folder: str | Path = FOLDER) -> ThreadingHTTPServer:
    """Return a server for the pages in a folder; port 0 takes any that is free."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(BookHandler, directory=str(folder)))


def main(arguments: list[str]) -> int:
    """Serve the book until it is interrupted, and return the exit code."""
    text = arguments[0] if arguments else "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        print(f"{text} is not a port: choose a number from 1 to 65535, as in PORT=8000.")
        return 2
    try:
        server = book_server(int(text))
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
