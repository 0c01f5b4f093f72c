import django.db.models.deletion
from django.conf import settings
from django.db import DatabaseError, migrations, models, transaction

import chatapp.models.chats
import chatapp.models.presets
import chatapp.models.queries
import chatapp.models.vectors
from chatapp.models.vectors import has_pgvector

# SQLite: the words of all parts, kept in step by triggers. `terms` is stemmed and folded already,
# so the tokenizer only has to cut at spaces.
FTS5 = (
    """
    CREATE VIRTUAL TABLE chatapp_part_words USING fts5(
        terms, content='chatapp_part', content_rowid='id',
        tokenize="unicode61 remove_diacritics 0 tokenchars '.,'"
    )
    """,
    "CREATE VIRTUAL TABLE chatapp_part_vocabulary USING fts5vocab('chatapp_part_words', 'row')",
    """
    CREATE TRIGGER chatapp_part_words_insert AFTER INSERT ON chatapp_part BEGIN
        INSERT INTO chatapp_part_words(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
    """
    CREATE TRIGGER chatapp_part_words_delete AFTER DELETE ON chatapp_part BEGIN
        INSERT INTO chatapp_part_words(chatapp_part_words, rowid, terms)
        VALUES ('delete', old.id, old.terms);
    END
    """,
    """
    CREATE TRIGGER chatapp_part_words_update AFTER UPDATE OF terms ON chatapp_part BEGIN
        INSERT INTO chatapp_part_words(chatapp_part_words, rowid, terms)
        VALUES ('delete', old.id, old.terms);
        INSERT INTO chatapp_part_words(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
)

TSVECTOR = """
ALTER TABLE chatapp_part ADD COLUMN words tsvector
    GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, terms)) STORED;
CREATE INDEX chatapp_part_words ON chatapp_part USING gin (words);
"""

# Of the default encoder's length only: an index holds vectors of one length.
HNSW = """
CREATE INDEX chatapp_part_vectors ON chatapp_part
    USING hnsw ((vector::halfvec(256)) halfvec_ip_ops) WHERE vector_dims(vector) = 256;
"""


def try_pgvector(apps, schema_editor):
    """Not every PostgreSQL has pgvector, nor may every role create it; then vectors are bytes."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")
        if cursor.fetchone() is None:
            return
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except DatabaseError:
            return


def make_indexes(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in FTS5:
                cursor.execute(statement)
    elif connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(TSVECTOR)
            if has_pgvector(connection):
                cursor.execute(HNSW)


class Migration(migrations.Migration):
    dependencies = [("chatapp", "0002_api")]

    operations = [
        migrations.RunPython(try_pgvector, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Chat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=chatapp.models.chats.new_chat_key,
                        editable=False,
                        max_length=50,
                        unique=True,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chats",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="ChatTurn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=chatapp.models.chats.new_chat_turn_key,
                        editable=False,
                        max_length=50,
                        unique=True,
                    ),
                ),
                ("query", models.TextField()),
                ("answer", models.TextField(blank=True)),
                ("request", models.JSONField(default=dict)),
                ("enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "chat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="turns",
                        to="chatapp.chat",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Corpus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=50, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True)),
                ("enabled", models.BooleanField(default=True)),
                ("save_history", models.BooleanField(default=False)),
                ("queries_are_answers", models.BooleanField(default=False)),
                ("documents_are_questions", models.BooleanField(default=False)),
                ("encoder_name", models.CharField(max_length=100)),
                ("custom_dimensions", models.JSONField(blank=True, default=list)),
                ("version", models.PositiveBigIntegerField(default=1, editable=False)),
                ("embedding_version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "part_count",
                    models.PositiveBigIntegerField(default=0, editable=False, verbose_name="parts"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="who may search it, besides the owner",
                        related_name="corpora",
                        to="auth.group",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="corpora",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "corpora",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=500)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("tables", models.JSONField(blank=True, default=list)),
                ("images", models.JSONField(blank=True, default=list)),
                ("digest", models.CharField(editable=False, max_length=64)),
                (
                    "part_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="parts"),
                ),
                ("character_count", models.PositiveBigIntegerField(default=0, editable=False)),
                (
                    "metadata_character_count",
                    models.PositiveBigIntegerField(default=0, editable=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "corpus",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="chatapp.corpus",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="FilterAttribute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "level",
                    models.CharField(
                        choices=[("document", "Document"), ("part", "Part")], max_length=10
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("integer", "Integer"),
                            ("real_number", "Real"),
                            ("text", "Text"),
                            ("boolean", "Boolean"),
                            ("list[integer]", "Integers"),
                            ("list[real_number]", "Reals"),
                            ("list[text]", "Texts"),
                        ],
                        max_length=20,
                    ),
                ),
                ("indexed", models.BooleanField(default=True)),
                ("description", models.TextField(blank=True)),
                ("protected", models.BooleanField(default=False)),
                (
                    "corpus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="filter_attributes",
                        to="chatapp.corpus",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("context", models.TextField(blank=True)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("custom_dimensions", models.JSONField(blank=True, default=dict)),
                ("table_id", models.CharField(blank=True, max_length=200)),
                ("image_id", models.CharField(blank=True, max_length=200)),
                ("terms", models.TextField(blank=True, editable=False)),
                ("vector", chatapp.models.vectors.VectorField(editable=False, null=True)),
                ("next_vector", chatapp.models.vectors.VectorField(editable=False, null=True)),
                (
                    "corpus",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="chatapp.corpus",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="chatapp.document",
                    ),
                ),
            ],
            options={
                "ordering": ("document", "position"),
            },
        ),
        migrations.CreateModel(
            name="QueryRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=chatapp.models.queries.new_query_key,
                        editable=False,
                        max_length=50,
                        unique=True,
                    ),
                ),
                (
                    "corpus_key",
                    models.CharField(help_text="the first corpus that was searched", max_length=50),
                ),
                ("query", models.TextField()),
                ("request", models.JSONField(default=dict)),
                ("spans", models.JSONField(default=list)),
                ("generation", models.TextField(blank=True)),
                ("factual_consistency_score", models.FloatField(null=True)),
                ("latency_millis", models.PositiveIntegerField(default=0)),
                ("agent_key", models.CharField(blank=True, max_length=50)),
                ("session_key", models.CharField(blank=True, max_length=50)),
                ("started_at", models.DateTimeField()),
                (
                    "chat",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="queries",
                        to="chatapp.chat",
                    ),
                ),
                ("corpora", models.ManyToManyField(related_name="queries", to="chatapp.corpus")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="queries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="GenerationPreset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=chatapp.models.presets.new_preset_key,
                        editable=False,
                        max_length=50,
                        unique=True,
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True)),
                ("description", models.TextField(blank=True)),
                ("llm_name", models.CharField(blank=True, max_length=255)),
                ("prompt_template", models.TextField(blank=True)),
                ("max_used_search_results", models.PositiveIntegerField(blank=True, null=True)),
                ("max_tokens", models.PositiveIntegerField(blank=True, null=True)),
                ("temperature", models.FloatField(blank=True, null=True)),
                ("frequency_penalty", models.FloatField(blank=True, null=True)),
                ("presence_penalty", models.FloatField(blank=True, null=True)),
                ("additional_model_params", models.JSONField(blank=True, default=dict)),
                ("enabled", models.BooleanField(default=True)),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="one_default_generation_preset",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="chat",
            index=models.Index(fields=["owner", "-id"], name="chats_of_an_owner"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["corpus", "id"], name="documents_of_a_corpus"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("corpus", "key"), name="one_document_per_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="filterattribute",
            constraint=models.UniqueConstraint(
                fields=("corpus", "level", "name"), name="one_filter_attribute_per_level_and_name"
            ),
        ),
        migrations.AddIndex(
            model_name="part",
            index=models.Index(fields=["corpus", "id"], name="parts_of_a_corpus"),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(
                fields=("document", "position"), name="one_part_per_position"
            ),
        ),
        migrations.AddIndex(
            model_name="queryrecord",
            index=models.Index(fields=["owner", "-id"], name="queries_of_an_owner"),
        ),
        migrations.RunPython(make_indexes, migrations.RunPython.noop),
    ]
