"""Metrics as a monitoring system reads them."""

from __future__ import annotations

import http.client
import math
import pathlib
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus

from .tool import Tool


@dataclass(frozen=True)
class Metrics:
    """By the family's name, a counter's without its ending."""

    families: dict[str, Metric]

    def series(self, name: str, **labels: str) -> list[tuple[dict[str, str], float]]:
        """The samples of this name whose labels have these values."""
        return [
            (dict(sample.labels), sample.value)
            for family in self.families.values()
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def value(self, name: str, **labels: str) -> float:
        """Of the only such sample."""
        (sample,) = self.series(name, **labels)
        return sample[1]

    def sum(self, name: str, **labels: str) -> float:
        return math.fsum(value for _, value in self.series(name, **labels))

    @property
    def names(self) -> set[str]:
        """What a query can name."""
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
        return {name + ending for name, family in self.families.items() for ending in endings.get(family.type, [""])}


def _unique(families: Iterable[Metric]) -> Metrics:
    known: dict[str, Metric] = {}
    for family in families:
        assert family.name not in known, f"{family.name} comes twice"
        known[family.name] = family
    return Metrics(known)


def prometheus(text: str) -> Metrics:
    return _unique(parse_prometheus(text))


def openmetrics(text: str) -> Metrics:
    return _unique(parse_openmetrics(text))


def scrape(ctl: Tool) -> Metrics:
    return prometheus(ctl("metrics").stdout)


class UnixConnection(http.client.HTTPConnection):
    """To the socket at which metrics can be collected."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__("localhost", timeout=10)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self._path)


def collect(path: pathlib.Path) -> Metrics:
    """As `scrape`, without a frame of the protocol."""
    connection = UnixConnection(path)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return prometheus(text)
