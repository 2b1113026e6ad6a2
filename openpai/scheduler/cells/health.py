"""Leaves turn bad, and good again. A virtual cluster sees bad leaves in what its cells are bound to."""

from openpai.scheduler.cells.ledger import unbind_up
from openpai.scheduler.cells.tree import Physical, show_bad


def turn_bad(leaf: Physical) -> None:
    """Nobody gets this leaf any more; who has it keeps it."""
    leaf.chain.change_bad(leaf, 1)
    _look_again(leaf)
    if leaf.virtual is not None:
        _tell(leaf, 1)
        return
    above = leaf.parent
    while above is not None and above.virtual is None:
        above = above.parent
    if above is not None and above.virtual is not None:
        show_bad(above.virtual, above)


def turn_good(leaf: Physical) -> None:
    """The leaf may be used again."""
    if leaf.virtual is not None:
        _tell(leaf, -1)
    leaf.chain.change_bad(leaf, -1)
    _look_again(leaf)
    if leaf.virtual is not None:
        unbind_up(leaf.virtual)


def _look_again(leaf: Physical) -> None:
    assert leaf.machine is not None
    leaf.chain.changed(leaf.machine)


def _tell(leaf: Physical, by: int) -> None:
    assert leaf.virtual is not None
    assert leaf.virtual.node is not None
    leaf.virtual.node.sees(leaf.virtual, leaf, by)
