"""The fields of HiveD's configuration file. What else stands in it (addresses of servers, time-outs) is not for us."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from openpai.protocol.fields import Model, Natural, Positive
from openpai.protocol.scalars import print_scalar


def _text(value: object) -> object:
    return print_scalar(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _list(value: object) -> object:
    return () if value is None else value


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]


class _Part(Model):
    model_config = ConfigDict(extra="ignore")


class CellTypeEntry(_Part):
    child_cell_type: Text
    child_cell_number: Positive
    is_node_level: bool = False


class SkuEntry(_Part):
    gpu: Natural = 0
    cpu: Natural = 0
    memory: Text | None = None


class PhysicalCellEntry(_Part):
    cell_type: Text | None = None
    cell_address: Text | None = None
    pinned_cell_id: Text | None = None
    cell_children: Annotated[
        tuple["PhysicalCellEntry", ...], BeforeValidator(_list), Field(strict=False)
    ] = ()


class PhysicalCluster(_Part):
    sku_types: dict[str, SkuEntry] = Field(default_factory=dict)
    cell_types: dict[str, CellTypeEntry]
    physical_cells: Annotated[tuple[PhysicalCellEntry, ...], Field(strict=False, min_length=1)]


class VirtualCellEntry(_Part):
    cell_type: Text
    cell_number: Natural


class PinnedCellEntry(_Part):
    pinned_cell_id: Text


class VirtualClusterEntry(_Part):
    virtual_cells: Annotated[tuple[VirtualCellEntry, ...], BeforeValidator(_list), Field(strict=False)] = ()
    pinned_cells: Annotated[tuple[PinnedCellEntry, ...], BeforeValidator(_list), Field(strict=False)] = ()


class HivedFile(_Part):
    physical_cluster: PhysicalCluster
    virtual_clusters: dict[str, VirtualClusterEntry] = Field(min_length=1)
