from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from chatapp.search.embedder import WordLlamaEmbedder, default_embedder, read_tensor


def test_a_vector_has_length_one_and_an_empty_text_none():
    vectors = default_embedder().embed(["A bicycle.", ""])

    assert vectors.shape == (2, default_embedder().dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1).tolist() == pytest.approx([1, 0])


def test_texts_of_like_meaning_lie_close():
    car, auto, bread = default_embedder().embed(
        ["The car is being repaired.", "A mechanic fixes the automobile.", "Bake bread slowly."]
    )

    assert car @ auto > car @ bread + 0.2


def test_no_texts_give_no_rows():
    assert default_embedder().embed([]).shape == (0, 256)


def test_a_text_that_is_no_valid_unicode_is_embedded_all_the_same():
    assert np.isfinite(default_embedder().embed(["lone \ud800 surrogate", "\0"])).all()


def test_threads_may_share_one_that_is_not_yet_loaded():
    embedder = WordLlamaEmbedder()
    with ThreadPoolExecutor(4) as pool:
        vectors = list(pool.map(embedder.embed, [["the same text"]] * 8))

    assert all(np.array_equal(vectors[0], other) for other in vectors)


def test_weights_of_another_kind_are_refused(tmp_path):
    header = b'{"w":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}'
    path = tmp_path / "other.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 4)

    with pytest.raises(ValueError, match="not F16"):
        read_tensor(path, "w")
