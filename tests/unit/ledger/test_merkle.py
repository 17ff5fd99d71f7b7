"""Merkle trees: every leaf has its proof, and no other leaf, place, size or path passes for it."""

import hashlib
import random
from collections.abc import Sequence

import pytest

from chalicelib.observation.ledger.merkle import inclusion_path, leaf_hash, node_hash, root_by_path, root_of

SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 32, 33, 100)


def leaves(size: int, seed: int = 7) -> list[bytes]:
    chance = random.Random(seed)
    return [leaf_hash(chance.randbytes(40)) for _ in range(size)]


def by_definition(tree: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if len(tree) < 2:
        return tree[0] if tree else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(tree):
        half *= 2
    return node_hash(by_definition(tree[:half]), by_definition(tree[half:]))


@pytest.mark.parametrize("size", [0, *SIZES])
def test_the_root_is_the_rfc_s(size: int) -> None:
    assert root_of(iter(leaves(size))) == by_definition(leaves(size))


def test_it_is_the_root_that_certificate_transparency_publishes() -> None:
    """Test vectors of the reference implementation (google/certificate-transparency, merkle_tree_test.cc)."""
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tree = [leaf_hash(bytes.fromhex(entry)) for entry in entries]
    assert root_of(tree[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(tree[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert root_of(tree).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_has_a_proof_and_it_fits_no_other_place_or_size(size: int) -> None:
    tree = leaves(size)
    root = root_of(tree)
    for place, leaf in enumerate(tree):
        path = inclusion_path(tree, place)
        assert root_by_path(leaf, place, size, path) == root
        for other in {place - 1, place + 1, place ^ 1, size} - {place}:
            if other >= 0:
                assert root_by_path(leaf, other, size, path) != root, (place, other)


@pytest.mark.parametrize("size", SIZES)
def test_any_flip_fails(size: int) -> None:
    chance = random.Random(size)
    tree = leaves(size)
    root = root_of(tree)
    for place in range(size):
        path = inclusion_path(tree, place)
        for flipped in range(-1, len(path)):
            hashes = [tree[place], *path]
            bit = chance.randrange(256)
            changed = bytearray(hashes[flipped + 1])
            changed[bit // 8] ^= 1 << bit % 8
            hashes[flipped + 1] = bytes(changed)
            assert root_by_path(hashes[0], place, size, hashes[1:]) != root
        if path:
            assert root_by_path(tree[place], place, size, path[:-1]) != root
            assert root_by_path(tree[place], place, size, path[1:]) != root
        assert root_by_path(tree[place], place, size, [*path, tree[0]]) != root


@pytest.mark.parametrize("size", SIZES)
def test_a_leaf_changed_added_or_taken_away_changes_the_root(size: int) -> None:
    tree = leaves(size)
    others = {root_of([*tree[:place], leaf_hash(b"other"), *tree[place + 1 :]]) for place in range(size)}
    others |= {root_of([*tree[:place], *tree[place + 1 :]]) for place in range(size)}
    others |= {root_of([*tree, leaf_hash(b"other")])}
    assert root_of(tree) not in others
    assert len(others) == 2 * size + 1


def test_a_place_that_is_not_in_the_tree_has_no_proof() -> None:
    with pytest.raises(IndexError):
        inclusion_path(leaves(3), 3)
