"""Configurations as TOML text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

#: The provider's key, and a word that stands in every prompt: neither may ever occur in a log.
KEY = "sk-geheim-0123456789abcdef"
KEY_VARIABLE = "LLMGW_TEST_KEY"
SECRET_WORD = "Geheimnis-密语"
PROMPT = f"{SECRET_WORD}: say hello"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(entry)}" for key, entry in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def section(name: str, settings: Mapping[str, Any]) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in settings.items()) + "\n"


#: One attempt at one upstream, whatever happens: for tests of what an attempt does.
ONCE: dict[str, Any] = {"max_attempts": 1, "max_total_attempts": 1, "breaker": "off"}


def configuration(
    base_url: str,
    *models: str,
    server: Mapping[str, Any] | None = None,
    provider: Mapping[str, Any] | None = None,
    model: Mapping[str, Any] | None = None,
    resilience: Mapping[str, Any] = ONCE,
) -> str:
    """One provider "up" with these models (the first is the default); the mappings hold further settings, `model`'s for every model."""
    names = models or ("sim",)
    text = section("server", server or {}) + section("resilience", resilience)
    text += section("providers.up", {"base_url": base_url, "key_env": KEY_VARIABLE, **(provider or {})})
    for name in names:
        text += section(f"models.{json.dumps(name)}", {"provider": "up", **(model or {})})
    return text + section("defaults", {"model": names[0], "embedding_model": names[0]})


#: Retries at once, and as many as the caps of attempts allow: for tests of what a request does, not of how long it waits.
EAGER: dict[str, Any] = {
    "backoff_base": "1ms", "backoff_max": "5ms", "min_service_time": "0s", "retry_budget": 10, "retry_budget_per_minute": 60_000,
}


def several(
    providers: Mapping[str, str | Mapping[str, Any]], models: Mapping[str, Mapping[str, Any]], *,
    resilience: Mapping[str, Any] = EAGER, server: Mapping[str, Any] | None = None, alerts: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """Providers by name, each a base URL or its settings; models by name, whose `deployments` map a deployment's name to its provider or its
    settings. The first model is the default."""
    text = section("server", server or {}) + section("resilience", resilience)
    for name, provider in providers.items():
        settings = {"base_url": provider} if isinstance(provider, str) else provider
        text += section(f"providers.{json.dumps(name)}", {"key_env": KEY_VARIABLE, **settings})
    for name, model in models.items():
        path = f"models.{json.dumps(name)}"
        text += section(path, {key: value for key, value in model.items() if key != "deployments"})
        for deployment, settings in model.get("deployments", {}).items():
            of_its_own = {"provider": settings} if isinstance(settings, str) else settings
            text += section(f"{path}.deployments.{json.dumps(deployment)}", of_its_own)
    for name, alert in (alerts or {}).items():
        text += section(f"alerts.{json.dumps(name)}", alert)
    return text + section("defaults", {"model": next(iter(models))})
