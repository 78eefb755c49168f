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


def _section(name: str, settings: Mapping[str, Any]) -> str:
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
    text = _section("server", server or {}) + _section("resilience", resilience)
    text += _section("providers.up", {"base_url": base_url, "key_env": KEY_VARIABLE, **(provider or {})})
    for name in names:
        text += _section(f"models.{json.dumps(name)}", {"provider": "up", **(model or {})})
    return text + _section("defaults", {"model": names[0], "embedding_model": names[0]})
