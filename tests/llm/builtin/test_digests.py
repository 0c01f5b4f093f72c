from chatapp.llm.builtin.digests import central
from chatapp.search.embedder import default_embedder


def test_central_sentences_keep_their_order_and_do_not_repeat():
    parts = [
        "Bicycles need oil.",
        "Bicycles need oil.",
        "The chain rusts.",
        "Oil the chain weekly.",
    ]

    assert central(parts, default_embedder(), limit=3) == [parts[0], parts[2], parts[3]]
