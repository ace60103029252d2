"""The other half of the tamper corpus, so that two processes share it."""

from pathlib import Path

import pytest

from tests.test_tampering import CORPUS, earns_what_its_honest_part_deserves


@pytest.mark.parametrize("attack", CORPUS[1::2], ids=lambda path: path.stem)
def test_an_attack_earns_what_its_honest_part_deserves(attack: Path, tmp_path: Path) -> None:
    earns_what_its_honest_part_deserves(attack, tmp_path)
