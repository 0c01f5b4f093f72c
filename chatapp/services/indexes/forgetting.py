"""What was deleted is to leave the word index as well."""

from django.db import connection


def forget_deleted(*, wholly: bool = False) -> None:
    """Take the words of deleted parts out of SQLite's index, which keeps them until it merges.

    A good piece of the index at once, which is all of a small one; `wholly` takes its time.
    """
    if connection.vendor != "sqlite":
        return
    values = "(chatapp_part_words) VALUES ('optimize')"
    if not wholly:
        values = "(chatapp_part_words, rank) VALUES ('merge', -500)"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO chatapp_part_words{values}")
