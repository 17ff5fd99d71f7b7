"""Merkle trees over ordered leaves, as RFC 6962 has them.

A node is SHA-256(0x01 ‖ left ‖ right), a leaf SHA-256(0x00 ‖ entry). The left half of a tree is the largest power of
two that is less than its size. Every hash is 32 bytes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

HASH_BYTES: Final = 32
_LEAF, _NODE = b"\0", b"\1"


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two subtrees."""
    return hashlib.sha256(_NODE + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves' hashes, in their order.

    Reads each once and keeps one hash per level. Of no leaves it is SHA-256 of nothing.
    """
    subtrees: list[tuple[int, bytes]] = []
    for leaf in leaves:
        level, node = 0, leaf
        while subtrees and subtrees[-1][0] == level:
            level, node = level + 1, node_hash(subtrees.pop()[1], node)
        subtrees.append((level, node))
    if not subtrees:
        return hashlib.sha256().digest()
    _, root = subtrees.pop()
    while subtrees:
        root = node_hash(subtrees.pop()[1], root)
    return root


def inclusion_path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root.

    The lowest comes first. `place` counts from 0. Raises IndexError for one that is not in the tree.
    """
    if not 0 <= place < len(leaves):
        raise IndexError(f"no leaf {place} among {len(leaves)}")
    path: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        if place ^ 1 < len(level):
            path.append(level[place ^ 1])
        level = [
            node_hash(*pair) if len(pair := level[begin : begin + 2]) == 2 else pair[0]
            for begin in range(0, len(level), 2)
        ]
        place //= 2
    return path


def root_by_path(leaf: bytes, place: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """Return the root that a path leads to from a leaf.

    It is None where no such place or no such path is in a tree of that size. The steps are those of RFC 9162, 2.1.3.2.
    """
    node, last = leaf, size - 1
    if not 0 <= place <= last:
        return None
    for step in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            node = node_hash(step, node)
            while place and place % 2 == 0:
                place, last = place // 2, last // 2
        else:
            node = node_hash(node, step)
        place, last = place // 2, last // 2
    return node if last == 0 else None
