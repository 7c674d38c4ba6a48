"""What a catalog calls its things, in our five words; what does not run is no service."""

from __future__ import annotations

import re
from typing import Final

_EXACT: Final = frozenset({"service", "website", "database", "queue", "external"})
_WORDS: Final = {
    "website": ("website", "webapp", "web-app", "frontend", "front-end", "spa", "ui", "mobile", "app"),
    "queue": (
        *("queue", "topic", "kafka", "sqs", "sns", "pubsub", "rabbitmq", "amqp", "nats", "stream", "broker"),
        *("kinesis", "eventbus", "event-bus", "servicebus", "mq"),
    ),
    "database": (
        *("database", "db", "postgres", "postgresql", "mysql", "mariadb", "mongodb", "mongo", "redis"),
        *("cache", "memcached", "dynamodb", "rds", "aurora", "cassandra", "elasticsearch", "opensearch"),
        *("bigquery", "bucket", "s3", "storage", "datastore", "warehouse", "sql", "cosmosdb", "spanner"),
    ),
    "external": ("external", "saas", "third-party", "thirdparty", "vendor", "partner"),
    "service": (
        *("service", "backend", "api", "microservice", "worker", "job", "cronjob", "function", "lambda"),
        *("server", "daemon", "gateway", "proxy", "grpc", "data-pipeline", "pipeline", "operator", "bot"),
    ),
}
NOT_RUNNING: Final = frozenset(
    {
        *("library", "lib", "documentation", "docs", "template", "package", "module", "sdk", "cli", "tool"),
        *("plugin", "backend-plugin", "frontend-plugin", "backend-plugin-module", "frontend-plugin-module"),
        *(
            "common-library",
            "node-library",
            "web-library",
            "node",
            "repository",
            "terraform-module",
            "action",
        ),
        *("dataset", "test", "tests", "test-suite", "pipeline-definition", "guide", "other-docs", "team"),
    }
)
"""Types of components that are built into others or read by people."""


def type_of(said: str) -> tuple[str, bool]:
    """Our type for a catalog's, and whether that is a guess."""
    if said in _EXACT:
        return said, False
    plain = said.lower()
    parts = {plain, *re.split(r"[^a-z0-9]+", plain)}
    for type, words in _WORDS.items():
        if parts.intersection(words):
            return type, True
    return "service", True


def runs(kind: str, said: str) -> bool:
    """Whether it can be up or down at all."""
    return kind != "component" or said.lower() not in NOT_RUNNING
