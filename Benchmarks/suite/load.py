"""Runs the load generator."""

import json
import subprocess


class Load:
    def __init__(self, folder, servers, warm_up, window):
        self.folder = folder
        self.servers = servers
        self.timing = ["--warm-up", warm_up, "--window", window]

    def http(self, port, loops, watched, unix_socket=None):
        socket = ["--socket", unix_socket] if unix_socket else []
        return self._closed("http", ["--url", self._url(port), *socket], loops, watched)

    def llmgw(self, loops, watched, per_connection=1, socket=None):
        where = ["--socket", socket or self.servers.gateway_socket, "--per-connection", per_connection]
        return self._closed("llmgw", where, loops, watched)

    def redis(self, socket, loops, watched):
        return self._closed("redis", ["--socket", socket], loops, watched)

    def echo(self, loops, watched, frames):
        sizes = ["--request-frame", frames["request"], "--reply-frame", frames["reply"]]
        return self._closed("echo", ["--socket", self.servers.echo_socket, *sizes], loops, watched)

    def http_streams(self, port, streams, chunks, watched, folder=""):
        return self._run(
            ["http-streams", "--url", self._url(port, folder), "--loops", streams, "--chunks", chunks], watched
        )

    def llmgw_streams(self, streams, chunks, watched):
        where = ["--socket", self.servers.gateway_socket, "--model", "bench-streams", "--per-connection", 100]
        return self._run(["llmgw-streams", *where, "--loops", streams, "--chunks", chunks], watched)

    def startup(self, runs):
        command = [self.folder / "startup", runs, self.servers.gateway_socket, *self.servers.gateway_command()]
        return self._json(command)

    def _closed(self, target, options, loops, watched):
        return self._run([target, *options, "--loops", loops, *self.timing], watched)

    def _run(self, command, watched):
        processes = [part for process in watched for part in ("--watch", process.pid)]
        return self._json([self.folder / "load", *command, *processes])

    @staticmethod
    def _url(port, folder=""):
        return f"http://127.0.0.1:{port}{folder}/v1/chat/completions"

    @staticmethod
    def _json(command):
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=True, timeout=600)
        return json.loads(done.stdout)
