"""The code of the course *Embeddings, from the table up*: one small module a lesson."""

from embedkit.claims import claim
from embedkit.device import pick_device, seed_everything

__all__ = ["claim", "pick_device", "seed_everything"]
__version__ = "0.1.0"
