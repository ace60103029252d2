"""Files of models on the Hugging Face hub, opened over the network and read in parts."""

from collections.abc import Callable
from typing import BinaryIO

import httpx2
from huggingface_hub import HfFileSystem
from huggingface_hub.errors import HfHubHTTPError


def opener(name: str) -> Callable[[str], BinaryIO]:
    """Return a function that opens one file of a model; only the bytes that are read travel.

    Args:
        name: ``owner/model``, as the hub calls it.

    Raises:
        ConnectionError: if there is no network, or the hub has no such model or file.
    """
    hub = HfFileSystem()

    def open_file(file: str) -> BinaryIO:
        path = f"{name}/{file}"
        try:
            hub.info(path)
        except (httpx2.HTTPError, HfHubHTTPError, OSError) as error:
            raise ConnectionError(
                f"{path} could not be read from the Hugging Face hub: there is no network, or no "
                "such file there. The packaged models, such as minilm, need no network."
            ) from error
        opened: BinaryIO = hub.open(path, "rb")
        return opened

    open_file("model.safetensors").close()
    return open_file
