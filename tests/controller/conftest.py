"""The small disk of the store's tests."""

from tests.store.conftest import small_disk

__all__ = ["small_disk"]
