"""Amounts of memory as an admin writes them."""

import re

_AMOUNT = re.compile(r"(\d+)\s*(|Ki|Mi|Gi|Ti|K|M|G|T)B?")
_MIB = {"": 1.0, "Ki": 1 / 1024, "Mi": 1, "Gi": 1024, "Ti": 1 << 20}
_MIB |= {"K": 1e3 / 2**20, "M": 1e6 / 2**20, "G": 1e9 / 2**20, "T": 1e12 / 2**20}

EXAMPLES = "54Gi | 500Mi"


def memory_mb(text: str) -> int | None:
    """MiB of an amount as Kubernetes writes it; a number alone is MiB. None where it is no amount.

    >>> memory_mb("54Gi"), memory_mb("500Mi"), memory_mb("2048"), memory_mb("much")
    (55296, 500, 2048, None)
    """
    match = _AMOUNT.fullmatch(text.strip())
    return int(int(match[1]) * _MIB[match[2]]) if match else None
