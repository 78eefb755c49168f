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


def configuration(
    base_url: str,
    *models: str,
    server: Mapping[str, Any] | None = None,
    provider: Mapping[str, Any] | None = None,
    model: Mapping[str, Any] | None = None,
) -> str:
    """One provider "up" with these models (the first is the default); the mappings hold further settings, `model`'s for every model."""
    names = models or ("sim",)
    text = _section("server", server or {})
    text += _section("providers.up", {"base_url": base_url, "key_env": KEY_VARIABLE, **(provider or {})})
    for name in names:
        text += _section(f"models.{json.dumps(name)}", {"provider": "up", **(model or {})})
    return text + _section("defaults", {"model": names[0], "embedding_model": names[0]})
