"""The whole book as one PDF: ``python -m embedkit.authoring.pdf``.

Jupyter Book makes one page of all pages, and a browser prints it; `_static/print.css` says how.
"""

import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WORK = Path("_build") / "single"
PDF = Path("_build") / "embeddings.pdf"
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"


def main() -> int:
    """Build the PDF, and return the exit code."""
    browser = find_browser()
    if browser is None:
        print("A PDF is printed by Chromium or Chrome, and neither is here: install one.")
        return 2
    build = [sys.executable, "-c", JUPYTER_BOOK, "build", ".", "--builder", "singlehtml"]
    if subprocess.run([*build, "--path-output", str(WORK)]).returncode:
        return 1
    print_page(browser, whole_book(WORK / "_build" / "singlehtml"), PDF)
    print(f"The book is in {PDF}.")
    return 0


def find_browser() -> str | None:
    """Return the path of Chromium or Chrome, or None if neither is here."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def whole_book(folder: Path) -> Path:
    """Return the page that holds the book, moved to where it finds its pictures and styles.

    Args:
        folder: where Sphinx has put it. The page lies in chapters/, because the book's first page
            does, but is written as if it lay at the top.
    """
    page = folder / "book.html"
    shutil.copyfile(folder / "chapters" / "intro.html", page)
    return page


def print_page(browser: str, page: Path, pdf: Path) -> None:
    """Print a page to a PDF file.

    Args:
        browser: the path of Chromium or Chrome.
        page: an HTML file.
        pdf: the file to write.

    Raises:
        subprocess.CalledProcessError: if the browser fails.
    """
    command = [browser, "--headless", "--disable-gpu", "--no-sandbox", "--no-pdf-header-footer"]
    command += ["--disable-background-networking", "--virtual-time-budget=20000"]
    command += [f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri()]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
