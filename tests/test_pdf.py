"""The PDF: a page is printed where there is a browser, and without one a sentence says so."""

import shutil
from pathlib import Path

import pytest

from embedkit.authoring import pdf

BROWSER = pdf.find_browser()


def test_without_a_browser_a_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert pdf.main() == 2
    assert "install one" in capsys.readouterr().out


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium or Chrome here")
def test_the_page_of_the_book_is_printed_with_its_styles(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "two_pages.css").write_text("@media print { p { break-before: page } }")
    style = '<link rel="stylesheet" href="two_pages.css">'
    (tmp_path / "chapters" / "intro.html").write_text(f"{style}<h1>Book</h1><p>Lesson 1</p>")
    printed = tmp_path / "book.pdf"
    pdf.print_page(BROWSER, pdf.whole_book(tmp_path), printed)
    content = printed.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 2
