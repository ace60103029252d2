"""Where the course's repository lies on GitHub, if it does, and where its notebooks open.

The address is asked of one place after another: `[project.urls] Repository` in pyproject.toml,
the variable `GITHUB_REPOSITORY`, the git remote `origin`. Without one, a page has no such links.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from embedkit.authoring.colab import repository_address

GITHUB = re.compile(
    r"(?:https?://(?:[^@/]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])"
    r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?"
)
"""An address of a repository on GitHub, as a browser, git over https or git over ssh has it."""


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub, and the branch that the links show."""

    owner: str
    name: str
    branch: str = "main"

    def colab(self, path: str) -> str:
        """Return the link that opens a notebook in Colab.

        Args:
            path: the notebook, from the root of the repository.
        """
        place = f"{self.owner}/{self.name}/blob/{quote(self.branch)}/{quote(path)}"
        return f"https://colab.research.google.com/github/{place}"

    def binder(self, path: str) -> str:
        """Return the link that opens a notebook in Binder.

        Args:
            path: the notebook, from the root of the repository.
        """
        place = f"{self.owner}/{self.name}/{quote(self.branch, safe='')}"
        return f"https://mybinder.org/v2/gh/{place}?urlpath=lab/tree/{quote(path)}"


def find_repository(root: Path, environment: Mapping[str, str]) -> Repository | None:
    """Return the course's repository, or None if no place names one on GitHub.

    Args:
        root: the folder of the course.
        environment: the environment variables. `GITHUB_REPOSITORY` is owner/name, as in GitHub
            Actions; `COURSE_BRANCH` is the branch, if it is not main.
    """
    address = named_in_project(root) or named_in_environment(environment) or named_in_git(root)
    found = GITHUB.fullmatch(address.strip())
    if not found:
        return None
    return Repository(found["owner"], found["name"], environment.get("COURSE_BRANCH") or "main")


def named_in_project(root: Path) -> str:
    """Return the address that pyproject.toml gives, or nothing."""
    return repository_address(root) or ""


def named_in_environment(environment: Mapping[str, str]) -> str:
    """Return the address of the repository that `GITHUB_REPOSITORY` names, or nothing."""
    name = environment.get("GITHUB_REPOSITORY", "")
    return f"https://github.com/{name}" if name else ""


def named_in_git(root: Path) -> str:
    """Return the address of the remote `origin` of the course's own repository, or nothing."""
    if not (root / ".git").exists():
        return ""  # a folder above may be a repository, and not the course's
    try:
        asked = subprocess.run(
            ["git", "-C", str(root), "config", "--get", "remote.origin.url"],
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
    except FileNotFoundError:  # git is not installed
        return ""
    return asked.stdout
