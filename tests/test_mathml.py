"""Formulas become MathML that says what the LaTeX says, and a bad one stops the build."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

EXTENSION = Path(__file__).parent.parent / "_ext" / "mathml.py"
MATHML = "{http://www.w3.org/1998/Math/MathML}"


@pytest.fixture(scope="module")
def mathml():
    spec = importlib.util.spec_from_file_location("mathml", EXTENSION)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parse(mathml, tex: str, *, display: bool = True) -> ET.Element:
    return ET.fromstring(mathml.to_mathml(tex, display=display))


def shape(element: ET.Element) -> str:
    """Return a formula's structure in a line, such as ``msub(E i)``."""
    inner = " ".join(shape(child) for child in element) or (element.text or "")
    tag = element.tag.removeprefix(MATHML)
    return inner if tag in {"mi", "mo", "mn", "mtext"} else f"{tag}({inner})"


@pytest.mark.parametrize(
    ("tex", "structure"),
    [
        (r"E_i", "math(mrow(msub(E i)))"),
        (
            r"E \in \mathbb{R}^{V \times D}",
            "math(mrow(E ∈ msup(ℝ mrow(V × D))))",
        ),
        (r"\max_j z_j", "math(mrow(munder(max j) mspace() msub(z j)))"),
        (r"\log z", "math(mrow(log mspace() z))"),
        (r"\operatorname{softmax}(z)", "math(mrow(softmax ( z )))"),
        (r"a < b", "math(mrow(a < b))"),
    ],
)
def test_formula_keeps_its_structure(mathml, tex, structure):
    assert shape(parse(mathml, tex)) == structure


def test_limits_stand_beside_the_name_in_a_line_of_text(mathml):
    assert shape(parse(mathml, r"\max_j", display=False)) == "math(mrow(msub(max j)))"


@pytest.mark.parametrize("environment", ["aligned", "align", "align*", "split"])
def test_lines_are_set_at_their_ampersands(mathml, environment):
    tex = rf"\begin{{{environment}}} a &= b \\ &= c \end{{{environment}}}"
    rows = parse(mathml, tex).findall(f".//{MATHML}mtr")
    assert [len(row) for row in rows] == [2, 2]


def test_the_source_stays_readable(mathml):
    assert parse(mathml, "E_i \n + 1").get("alttext") == "E_i + 1"


@pytest.mark.parametrize(
    ("tex", "complaint"),
    [
        (r"\nosuchcommand{x}", r"\\nosuchcommand"),
        (r"\frac{a}{b", "never closed"),
        (r"a }", "no opening"),
        (r"a & b", "outside of an environment"),
        (r"a \\ b", "outside of an environment"),
        (r"\left( x", "ExtraLeft"),
        (r"\begin{aligned} a", "MissingEnd"),
    ],
)
def test_bad_formula_is_refused(mathml, tex, complaint):
    with pytest.raises(mathml.BadFormulaError, match=complaint):
        mathml.to_mathml(tex, display=True)


def build_page(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Build a book of one page that uses the renderer, with warnings as errors."""
    settings = f"import sys\nsys.path.insert(0, {str(EXTENSION.parent)!r})\n"
    settings += 'extensions = ["myst_parser", "mathml"]\nmyst_enable_extensions = ["dollarmath"]\n'
    settings += 'html_math_renderer = "mathml"\n'
    (folder / "conf.py").write_text(settings, encoding="utf-8")
    (folder / "index.md").write_text(f"# A page\n\n{text}\n", encoding="utf-8")
    command = [sys.executable, "-B", "-m", "sphinx", "-W", "--keep-going", "-q", ".", "out"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")


def test_bad_formula_fails_the_build_and_is_named(tmp_path):
    done = build_page(tmp_path, r"Here is $\nosuchcommand{x}$.")
    assert done.returncode != 0
    assert r"\nosuchcommand" in done.stderr
    assert "index.md:3" in done.stderr


def test_numbered_formula_can_be_referred_to(tmp_path):
    done = build_page(tmp_path, "$$\nE_i\n$$ (eq-row)\n\nSee {eq}`eq-row`.")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert 'href="#equation-eq-row"' in page
    assert 'id="equation-eq-row"' in page
    assert "(1)" in page
