"""What the daemon says of its deployments, breakers and requests."""

from __future__ import annotations

from dataclasses import dataclass

from llmgw import Client
from llmgw.v1 import admin_pb2


def breaker(client: Client, scope: str) -> admin_pb2.BreakerStatus:
    """"provider/NAME" or "deployment/MODEL/NAME"; of the latter the beginning is enough."""
    (found,) = [breaker for breaker in client.list_breakers() if breaker.scope.startswith(scope)]
    return found


def deployment(client: Client, model: str, name: str | None = None) -> admin_pb2.DeploymentStatus:
    """The model's deployment of this name, or its only one."""
    (found,) = [one for one in client.list_deployments() if one.model == model and name in (None, one.name)]
    return found


def gate(client: Client, model: str, name: str | None = None) -> float:
    """Seconds until the deployment's gate opens; 0 where there is none."""
    return deployment(client, model, name).gated_ms / 1000


def trace(client: Client, request_id: str | None) -> admin_pb2.RequestTrace:
    found = client.explain(request_id or "")
    assert found is not None, f"the request {request_id} is not remembered"
    return found


@dataclass(frozen=True)
class Step:
    decision: str
    deployment: str
    #: Short: "server_error".
    reason: str | None
    status: int | None
    #: Seconds.
    wait: float


def attempts(client: Client, request_id: str | None) -> list[Step]:
    """The attempts of a request, in order."""
    return [
        Step(
            step.decision, step.deployment, step.reason.rpartition(".")[2] or None,
            step.http_status if step.HasField("http_status") else None, step.wait_us / 1e6,
        )
        for step in trace(client, request_id).steps if step.HasField("duration_us")
    ]
