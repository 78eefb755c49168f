"""Reloading: a new configuration takes effect as a whole or not at all, and nobody's request notices."""

from __future__ import annotations

import json
import pathlib
import threading

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import KEY, KEY_VARIABLE, PROMPT, configuration
from harness.processes import Daemon, Simulator
from harness.tool import Tool
from harness.upstream import Exchange, chat_chunk
from harness.waiting import wait_until
from llmgw import GatewayError, NotFoundError, OverloadedError

NEW_KEY = "sk-gewechselt-9876543210"


def answer(text: str) -> dict[str, object]:
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}


def test_a_new_model_can_be_asked_and_a_removed_one_not(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", "旧"))
    client = gateway.client()
    assert {model.name for model in client.list_models()} == {"sim", "旧"}
    gateway.reload(configuration(sim.base_url, "sim", "新"))
    assert {model.name for model in client.list_models()} == {"sim", "新"}
    assert client.chat(PROMPT, model="新").text
    with pytest.raises(NotFoundError, match="旧"):
        client.chat(PROMPT, model="旧")


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("[nonsense]\n", "nonsense"),
        ("[models.broken]\nprovider = \"nobody\"\n", "models.broken.provider"),
        ("this is not TOML", "not valid TOML"),
    ],
)
def test_a_mistake_changes_nothing(daemon: StartDaemon, sim: Simulator, mistake: str, said: str) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    client = gateway.client()
    gateway.config.write_text(configuration(sim.base_url, "other") + mistake)
    gateway.hang_up()
    wait_until(lambda: "the configuration is not reloaded" in gateway.log, "the daemon says that it does not reload")
    assert said in gateway.log
    assert [model.name for model in client.list_models()] == ["sim"]
    assert client.chat(PROMPT).text
    # And it is not stuck there.
    gateway.reload(configuration(sim.base_url, "other"))
    assert [model.name for model in client.list_models()] == ["other"]


def test_a_file_that_is_gone_changes_nothing(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    gateway.config.unlink()
    gateway.hang_up()
    wait_until(lambda: "the configuration is not reloaded" in gateway.log, "the daemon says that it does not reload")
    assert gateway.client().chat(PROMPT).text


def test_a_key_is_rotated_without_a_restart(daemon: StartDaemon, directory: pathlib.Path, upstream: StartUpstream) -> None:
    provider = upstream(lambda exchange: exchange.reply(answer("ok")))
    key = directory / "key"
    key.touch(mode=0o600)
    key.write_text(KEY)
    toml = configuration(provider.base_url, "m", provider={"key_file": str(key)}).replace(f'key_env = "{KEY_VARIABLE}"\n', "")
    gateway = daemon(toml)
    client = gateway.client()
    client.chat(PROMPT)
    key.write_text(NEW_KEY)
    client.chat(PROMPT)
    gateway.reload(toml)
    client.chat(PROMPT)
    sent = [request.headers["authorization"] for request in provider.requests]
    assert sent == [f"Bearer {KEY}", f"Bearer {KEY}", f"Bearer {NEW_KEY}"]
    assert "providers.up.key_file" in gateway.log, "the log says which setting has another value"
    assert NEW_KEY not in gateway.log


def test_a_running_stream_stays_with_its_configuration(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go_on = threading.Event()

    def slow(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("一")
        assert go_on.wait(10)
        exchange.delta("二")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    old = upstream(slow)
    new = upstream(lambda exchange: exchange.reply(answer("new")))
    gateway = daemon(configuration(old.base_url, "m"))
    client = gateway.client()
    with client.stream_chat(PROMPT) as stream:
        chunks = iter(stream)
        assert next(chunks).text == "一"
        gateway.reload(configuration(new.base_url, "m"))
        assert client.chat(PROMPT).text == "new", "requests that begin now go to the new upstream"
        go_on.set()
        assert "".join(chunk.text or "" for chunk in chunks) == "二"
    assert (len(old.requests), len(new.requests)) == (1, 1)


def test_a_setting_that_needs_a_restart_is_named(daemon: StartDaemon, sim: Simulator, directory: pathlib.Path) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    gateway.reload(configuration(sim.base_url, "sim", server={"socket": str(directory / "elsewhere.sock")}))
    (record,) = [record for record in map(json.loads, gateway.log.splitlines()) if record.get("setting") == "server.socket"]
    assert record["needs_restart"] == "true"
    assert gateway.client().chat(PROMPT).text, "it is where it was"


def test_what_an_operator_forced_and_what_was_counted_goes_on(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", "other", resilience={}))
    ctl = Tool(gateway.socket)
    client = gateway.client()
    client.chat(PROMPT, model="other")
    ctl("breakers", "force-open", "provider/up", "--reason", "维护")
    # Another timeout makes it another provider, whose breakers start anew but for the order.
    gateway.reload(configuration(sim.base_url, "sim", "other", resilience={}, provider={"idle_timeout": "7s"}))
    (breaker,) = [breaker for breaker in ctl.json("breakers") if breaker["scope"] == "provider/up"]
    assert (breaker["state"], breaker["forced_reason"]) == ("forced-open", "维护")
    with pytest.raises(OverloadedError):
        client.chat(PROMPT, model="other")
    ctl("breakers", "reset", "provider/up")
    assert client.chat(PROMPT, model="other").text
    assert {model["name"]: model["requests"] for model in ctl.json("status")["models"]}["other"] == 3


def test_what_did_not_change_keeps_its_figures(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", "sim-500"))
    ctl = Tool(gateway.socket)
    client = gateway.client()
    for _ in range(3):
        with pytest.raises(GatewayError):
            client.chat(PROMPT, model="sim-500")

    def failures() -> int:
        (found,) = [deployment for deployment in ctl.json("providers") if deployment["model"] == "sim-500"]
        return int(found["failures"])

    before = failures()
    gateway.reload(configuration(sim.base_url, "sim", "sim-500", "more"))
    assert failures() == before > 0


def test_reloads_under_load_fail_nobody(daemon: StartDaemon, sim: Simulator) -> None:
    configurations = [configuration(sim.base_url, "sim", provider={"idle_timeout": f"{seconds}s"}) for seconds in (50, 51)]
    gateway = daemon(configurations[0])
    done = threading.Event()
    counts: list[int] = []

    def work(gateway: Daemon) -> None:
        count = 0
        with gateway.client() as client:
            while not done.is_set():
                assert client.chat(PROMPT).text
                count += 1
        counts.append(count)

    workers = [threading.Thread(target=work, args=(gateway,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for turn in range(20):
        gateway.reload(configurations[turn % 2])
    done.set()
    for worker in workers:
        worker.join(20)
    assert len(counts) == 4, "every worker got all its answers"
    assert sum(counts) > 0
