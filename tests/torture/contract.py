"""Schemathesis against a server of our own: no 5xx, and no answer that its schema does not allow.

`python -m tests.torture.contract` sends 20,000 requests; two schemas are asked: the contract's
and our own. The first of the arguments is how many examples an operation gets, at most.
"""

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import yaml

from tests.installation import ROOT, Installation

CONTRACT = ROOT / "tests" / "data" / "contract" / "openapi.yaml"
# Tokens are not under /v2; the rest reaches out to other servers, whose being away is a 502.
LEFT_OUT = r"^/oauth|^/v2/llms/chat|/sync$"
CHECKS = ("not_a_server_error", "content_type_conformance", "response_schema_conformance")
# Of our own schema alone: the contract's prose has codes that its schema has not.
OUR_CHECKS = (*CHECKS, "status_code_conformance")
# An agent that is there: otherwise most requests would end at "not found".
PARAMETERS = '[parameters]\n"path.agent_key" = "support"\n"path.session_key" = "torture"\n'


@dataclass(frozen=True, slots=True)
class Report:
    """What schemathesis has counted; `output` is all it said."""

    generated: int
    failures: int
    output: str


def run(
    url: str, key: str, schema: str, *, examples: int, seconds: int, seed: int | None = None
) -> Report:
    """Ask every operation of the schema. Deleting is left out: the agent must stay."""
    checks = CHECKS if schema == str(CONTRACT) else OUR_CHECKS
    with tempfile.TemporaryDirectory() as folder:
        config, source = Path(folder) / "schemathesis.toml", Path(folder) / "schema.json"
        config.write_text(PARAMETERS)
        source.write_text(json.dumps(without_streams(load(schema))))
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                *("--config-file", str(config), "run", str(source), "--url", url),
                *("--header", f"x-api-key: {key}", "--checks", ",".join(checks)),
                *("--max-examples", str(examples), "--max-time", str(seconds)),
                *("--phases", "coverage,fuzzing", "--warnings", "off", "--no-shrink"),
                *("--suppress-health-check", "all", "--request-timeout", "30"),
                *("--exclude-method", "DELETE", "--continue-on-failure", "--no-color"),
                *("--generation-database", "none"),
                *("--exclude-path-regex", LEFT_OUT),
                *(() if seed is None else ("--seed", str(seed))),
            ],
            capture_output=True, text=True, check=False, cwd=folder,
        )  # fmt: skip
    return report_of(done.stdout + done.stderr)


def load(schema: str) -> Any:
    if schema.startswith("http"):
        return httpx2.get(schema, timeout=60).raise_for_status().json()
    return yaml.safe_load(Path(schema).read_text())


def without_streams(schema: Any) -> Any:
    """Streams have no schema then: schemathesis would hold the event, not its data, against it."""
    if isinstance(schema, list):
        return [without_streams(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {} if name == "text/event-stream" else without_streams(value)
        for name, value in schema.items()
    }


def report_of(output: str) -> Report:
    counts = re.search(r"(\d+) generated, (?:(\d+) found (\d+)|\d+ passed)", output)
    if counts is None:
        return Report(0, 1, output)
    return Report(int(counts[1]), int(counts[3] or 0), output)


def main(examples: int = 100, seconds: int = 3600) -> int:
    with Installation(
        Path(tempfile.mkdtemp(prefix="chatapp-contract-")),
        CHATAPP_API_REQUESTS_PER_MINUTE="100000000",
    ) as installation:
        web = installation.web()
        key = installation.manage("createapikey", "ada")
        make_session(web.url, key)
        failures = 0
        for schema in (str(CONTRACT), f"{web.url}/v2/openapi.json"):
            report = run(web.url, key, schema, examples=examples, seconds=seconds)
            failures += report.failures
            print(f"{schema}: {report.generated} requests, {report.failures} failures")  # noqa: T201
            if report.failures:
                print(report.output)  # noqa: T201
    return min(failures, 1)


def make_session(url: str, key: str) -> None:
    """The session that requests are about. One of the demo's agents uses more than the contract
    knows (a filter that is overridden), so it goes."""
    with httpx2.Client(base_url=f"{url}/v2/agents", headers={"x-api-key": key}) as http:
        http.post("/support/sessions", json={"key": "torture"}).raise_for_status()
        http.delete("/knowledge").raise_for_status()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
