"""The course's own address is found in one place after another, and nowhere else."""

import subprocess
from pathlib import Path

import pytest
from repository import Repository, find_repository


def name_in_project(root: Path, address: str) -> None:
    urls = f'[project.urls]\nRepository = "{address}"\n'
    (root / "pyproject.toml").write_text(urls, encoding="utf-8")


def name_in_git(root: Path, address: str) -> None:
    for command in (["init", "-q"], ["remote", "add", "origin", address]):
        subprocess.run(["git", "-C", str(root), *command], check=True)


def test_pyproject_comes_before_the_environment_and_that_before_git(tmp_path):
    environment = {"GITHUB_REPOSITORY": "actions/course"}
    name_in_git(tmp_path, "https://github.com/git/course")
    assert find_repository(tmp_path, {}).owner == "git"
    assert find_repository(tmp_path, environment).owner == "actions"
    name_in_project(tmp_path, "https://github.com/project/course")
    assert find_repository(tmp_path, environment).owner == "project"


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/a-b/c.d",
        "https://github.com/a-b/c.d/",
        "https://github.com/a-b/c.d.git",
        "https://someone:secret@github.com/a-b/c.d.git",
        "git@github.com:a-b/c.d.git",
        "ssh://git@github.com/a-b/c.d.git",
    ],
)
def test_addresses_of_a_remote_on_github(tmp_path, address):
    name_in_git(tmp_path, address)
    expected = Repository("a-b", "c.d", "main")
    assert find_repository(tmp_path, {}) == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://gitlab.com/a/b.git",
        "https://github.com.example.org/a/b",
        "https://example.org/github.com/a/b",
        "https://github.com/only-an-owner",
        "/srv/git/github.com/a/b",
    ],
)
def test_other_remotes_give_no_repository(tmp_path, address):
    name_in_git(tmp_path, address)
    assert find_repository(tmp_path, {}) is None


def test_without_any_address_there_is_no_repository(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert find_repository(tmp_path, {}) is None
    assert find_repository(tmp_path, {"GITHUB_REPOSITORY": "no-slash"}) is None


def test_a_repository_that_the_course_only_lies_in_is_not_asked(tmp_path):
    name_in_git(tmp_path, "https://github.com/a/b")
    course = tmp_path / "course"
    course.mkdir()
    assert find_repository(course, {}) is None


def test_links_name_repository_branch_and_notebook(tmp_path):
    environment = {"GITHUB_REPOSITORY": "a/b", "COURSE_BRANCH": "next/year"}
    found = find_repository(tmp_path, environment)
    path = "chapters/07_tied_head.ipynb"
    assert found.colab(path) == (
        "https://colab.research.google.com/github/a/b/blob/next/year/chapters/07_tied_head.ipynb"
    )
    assert found.binder(path) == (
        "https://mybinder.org/v2/gh/a/b/next%2Fyear?urlpath=lab/tree/chapters/07_tied_head.ipynb"
    )
