"""Put all styles into one file, without the rules that no page of the book uses.

The theme brings some 400 KB of styles, most of them for what this book does not have, and each
extension adds a file. A page waits for every one of them before it shows anything. So when the
book is built, the styles are joined into ``_static/book.css``, in the order in which the pages
would have loaded them. A rule of the theme stays if each class and each id in it occurs somewhere
in a page or a script. What is left over in ``_static`` is removed.

The theme's icons are FontAwesome's, a script and fonts of 2 MB. They are left out altogether;
``_static/light.css`` draws the few icons that are needed from ``_static/icons``.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import tinycss2
from docutils import nodes
from sphinx.application import Sphinx

NAME = "_static/book.css"
# What the theme loads by itself, ahead of all others.
OF_THE_THEME = ["basic.css", "styles/pydata-sphinx-theme.css"]
# What no page loads: FontAwesome, and the maps that lead from packed code to its source.
UNUSED = ["vendor", "scripts/fontawesome.js", "**/*.map", "*webpack-macros.html", "locales"]

WORD = re.compile(r"[\w-]+")
# A class or an id in a selector, with what is escaped in it.
NAMED = re.compile(r"[.#]((?:\\.|[\w-])+)")
ICON_FONT = re.compile(r"\.fa[bsr]?(?![\w-])|\.fa-|FontAwesome|Font Awesome|fontawesome")
ICON_FILE = re.compile(r"""url\(["']?(icons/[\w-]+\.svg)["']?\)""")


def link_one_style(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Note which styles a page would load, and let it load the one file instead."""
    styles = sorted(context["css_files"], key=lambda style: style.priority)
    noted = vars(app).setdefault("joined_styles", list(OF_THE_THEME))
    for style in styles:
        name = str(style.filename).removeprefix("_static/")
        if name not in noted:
            noted.append(name)
    context["css_files"] = [NAME]


def join_styles(app: Sphinx, error: Exception | None) -> None:
    """Write the one file once all pages are written, and remove what no page loads."""
    noted = vars(app).get("joined_styles")
    if error or not noted or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for pattern in UNUSED:
        for path in list(static.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    words = words_in(Path(app.outdir))
    joined = [style_of(static / name, static, words) for name in noted]
    (Path(app.outdir) / NAME).write_text("\n".join(joined), encoding="utf-8")
    for name in noted:
        (static / name).unlink(missing_ok=True)


def words_in(book: Path) -> set[str]:
    """Return every word that occurs in a page or a script, among them all names of classes."""
    files = [path for kind in ("html", "js") for path in book.rglob(f"*.{kind}")]
    texts = (path.read_text(encoding="utf-8") for path in files if path.name != "searchindex.js")
    return {word for text in texts for word in WORD.findall(text)}


def style_of(path: Path, static: Path, words: set[str]) -> str:
    """Return the rules of one style that are used, fit for the folder of the one file."""
    css = path.read_text(encoding="utf-8")
    if path.parent == static and path.name in {"embedkit.css", "light.css"}:
        kept = css
    else:
        kept = "".join(used_rules(tinycss2.parse_stylesheet(css, True, True), words))
    return ICON_FILE.sub(lambda match: as_data(static / match[1]), kept)


def as_data(icon: Path) -> str:
    """Return an icon as an address that holds the drawing itself."""
    return f'url("data:image/svg+xml,{quote(icon.read_text(encoding="utf-8").strip())}")'


def used_rules(rules: list[Any], words: set[str]) -> list[str]:
    """Return the rules of a style that some page uses, as text."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            if is_used(tinycss2.serialize(rule.prelude), words):
                kept.append(rule.serialize())
        elif rule.lower_at_keyword in {"media", "supports"}:
            inner = used_rules(tinycss2.parse_rule_list(rule.content, True, True), words)
            condition = tinycss2.serialize(rule.prelude)
            if inner:
                kept.append(f"@{rule.at_keyword}{condition}{{{''.join(inner)}}}")
        elif rule.lower_at_keyword != "charset" and not ICON_FONT.search(rule.serialize()):
            kept.append(rule.serialize())
    return kept


def is_used(selectors: str, words: set[str]) -> bool:
    """Say whether one of the selectors can match: each name in it occurs, or a script makes it."""
    return any(
        all(name in words or name.startswith("bs-") for name in NAMED.findall(selector))
        for selector in selectors.split(",")
        if not ICON_FONT.match(selector.strip())
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both steps; the first runs after all other extensions have added their styles."""
    app.connect("html-page-context", link_one_style, priority=900)
    app.connect("build-finished", join_styles, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
