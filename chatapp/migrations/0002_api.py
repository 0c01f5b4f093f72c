import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import chatapp.models.app_clients
import chatapp.models.fields
import chatapp.models.jobs
import chatapp.models.tools


class Migration(migrations.Migration):
    dependencies = [
        ("chatapp", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AppClient",
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
                        default=chatapp.models.app_clients.new_app_client_key,
                        editable=False,
                        max_length=50,
                        unique=True,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True)),
                (
                    "client_id",
                    models.CharField(
                        default=chatapp.models.app_clients.new_client_id,
                        editable=False,
                        max_length=50,
                        unique=True,
                    ),
                ),
                ("secret_hash", models.CharField(max_length=64)),
                ("granted_roles", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", chatapp.models.fields.SealedTextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Job",
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
                        default=chatapp.models.jobs.new_job_key,
                        editable=False,
                        max_length=50,
                        unique=True,
                    ),
                ),
                ("type", models.CharField(max_length=50)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("started", "Started"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                            ("aborted", "Aborted"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("corpus_keys", models.JSONField(blank=True, default=list)),
                ("detail", models.JSONField(blank=True, default=dict)),
                ("error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "alive_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=50)),
                ("name", models.CharField(max_length=50)),
                ("description", models.TextField(blank=True)),
                ("message", models.JSONField(default=list)),
                ("timing", models.JSONField(default=dict)),
                ("session_metadata", models.JSONField(blank=True, default=dict)),
                ("max_executions_to_keep", models.PositiveIntegerField(default=10)),
                ("enabled", models.BooleanField(default=True)),
                ("next_run_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("last_run_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="ScheduleExecution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.CharField(max_length=50)),
                ("attempt", models.PositiveIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[("success", "Success"), ("error", "Error")], max_length=10
                    ),
                ),
                ("error_message", models.TextField(blank=True)),
                ("executed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="Tool",
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
                        default=chatapp.models.tools.new_tool_key,
                        editable=False,
                        max_length=50,
                        unique=True,
                    ),
                ),
                (
                    "type",
                    models.CharField(choices=[("lambda", "Lambda"), ("mcp", "Mcp")], max_length=20),
                ),
                ("name", models.CharField(max_length=200)),
                ("title", models.CharField(blank=True, max_length=255)),
                ("description", models.TextField(blank=True)),
                ("category", models.CharField(blank=True, max_length=100)),
                ("input_schema", models.JSONField(blank=True, default=dict)),
                ("output_schema", models.JSONField(blank=True, default=dict)),
                ("enabled", models.BooleanField(default=True)),
                ("annotations", models.JSONField(blank=True, default=dict)),
                ("language", models.CharField(blank=True, max_length=20)),
                ("code", models.TextField(blank=True)),
                (
                    "execution_configuration",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="max_execution_time_seconds, max_memory_mb",
                    ),
                ),
                (
                    "validation_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pending", "Pending"),
                            ("valid", "Valid"),
                            ("invalid", "Invalid"),
                        ],
                        max_length=10,
                    ),
                ),
                ("validation_errors", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="ToolServer",
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
                        default=chatapp.models.tools.new_tool_server_key,
                        editable=False,
                        max_length=50,
                        unique=True,
                    ),
                ),
                ("type", models.CharField(default="mcp", editable=False, max_length=10)),
                ("name", models.CharField(max_length=100)),
                ("description", models.TextField(blank=True)),
                ("uri", models.CharField(max_length=2000)),
                (
                    "transport",
                    models.CharField(
                        choices=[("sse", "Sse"), ("streamable-http", "Streamable Http")],
                        default="sse",
                        max_length=20,
                    ),
                ),
                ("headers", chatapp.models.fields.SealedJSONField(blank=True, default=dict)),
                (
                    "auth",
                    chatapp.models.fields.SealedJSONField(
                        blank=True, default=dict, help_text="type and its members, sealed"
                    ),
                ),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("enabled", models.BooleanField(default=True)),
                ("synced_at", models.DateTimeField(blank=True, null=True)),
                ("sync_error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("-pk",),
                "verbose_name": "MCP tool server",
            },
        ),
        migrations.AddField(
            model_name="apikey",
            name="granted_roles",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="user",
            name="granted_roles",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                fields=["owner", "agent", "-id"], name="sessions_by_owner_and_agent"
            ),
        ),
        migrations.AddField(
            model_name="appclient",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="app_clients",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="idempotencyrecord",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="schedule",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="schedules",
                to="chatapp.agent",
            ),
        ),
        migrations.AddField(
            model_name="schedule",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="schedules",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="scheduleexecution",
            name="schedule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="executions",
                to="chatapp.schedule",
            ),
        ),
        migrations.AddField(
            model_name="scheduleexecution",
            name="session",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to="chatapp.session"
            ),
        ),
        migrations.AddField(
            model_name="tool",
            name="server",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tools",
                to="chatapp.toolserver",
            ),
        ),
        migrations.AddConstraint(
            model_name="idempotencyrecord",
            constraint=models.UniqueConstraint(
                fields=("owner", "key"), name="one_answer_per_idempotency_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.UniqueConstraint(
                fields=("agent", "key"), name="one_schedule_per_agent_and_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="tool",
            constraint=models.UniqueConstraint(
                condition=models.Q(("type", "lambda")), fields=("name",), name="one_lambda_per_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="tool",
            constraint=models.UniqueConstraint(
                fields=("server", "name"), name="one_tool_per_server_and_name"
            ),
        ),
    ]
