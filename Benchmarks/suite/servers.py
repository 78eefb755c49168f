"""The servers of a run: the upstream, nginx in front of it, the gateway in front of it, and the floor."""

import shutil
import textwrap

from .processes import Process, accepts, free_port

# A chat completion of about the size that a paragraph of text makes.
REPLY = (
    '{"id":"chatcmpl-benchmark","object":"chat.completion","created":1700000000,"model":"bench",'
    '"choices":[{"index":0,"message":{"role":"assistant","content":"'
    + "The quick brown fox jumps over the lazy dog. " * 18
    + '"},"finish_reason":"stop"}],"usage":{"prompt_tokens":200,"completion_tokens":180,"total_tokens":380}}'
)


class Servers:
    """Ports, configuration files and commands, all inside one directory."""

    def __init__(self, folder, llmgwd, load):
        self.folder = folder
        self.llmgwd = llmgwd
        self.load = load
        self.upstream_port, self.stream_port, self.proxy_port = free_port(), free_port(), free_port()
        self.gateway_socket = folder / "llmgw.sock"
        self.proxy_socket = folder / "nginx.sock"
        self.echo_socket = folder / "echo.sock"

    def upstream(self):
        """nginx with a fixed answer."""
        server = f"""
            server {{
              listen 127.0.0.1:{self.upstream_port} backlog=4096;
              location = /v1/chat/completions {{ default_type application/json; return 200 '{REPLY}'; }}
            }}"""
        return self._nginx("upstream", server, self.upstream_port)

    def proxy(self):
        """nginx as a reverse proxy that keeps its connections."""
        server = f"""
            upstream fixed {{ server 127.0.0.1:{self.upstream_port}; keepalive 512; keepalive_requests 1000000000; }}
            upstream streams {{ server 127.0.0.1:{self.stream_port}; keepalive 2048; keepalive_requests 1000000000; }}
            server {{
              listen 127.0.0.1:{self.proxy_port} backlog=4096;
              listen unix:{self.proxy_socket} backlog=4096;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              location /v1/ {{ proxy_pass http://fixed; }}
              location /streams/v1/ {{ proxy_pass http://streams/v1/; proxy_buffering off; }}
            }}"""
        return self._nginx("proxy", server, self.proxy_port)

    def gateway(self):
        config = self.folder / "llmgw.toml"
        config.write_text(
            textwrap.dedent(f"""\
                [providers.fixed]
                base_url = "http://127.0.0.1:{self.upstream_port}/v1"
                [providers.streams]
                base_url = "http://127.0.0.1:{self.stream_port}/v1"
                [models.bench]
                provider = "fixed"
                [models.bench-streams]
                provider = "streams"
                upstream_model = "bench"
                """)
        )
        return Process(self.gateway_command(config), self.gateway_socket.exists, self.folder / "llmgwd.log")

    def gateway_command(self, config=None):
        config = config or self.folder / "llmgw.toml"
        return [self.llmgwd, "--config", config, "--socket", self.gateway_socket, "--log-level", "warning"]

    def streams(self, chunks, per_second):
        command = [self.load / "stream_upstream", self.stream_port, chunks, per_second]
        return Process(command, lambda: accepts(self.stream_port), self.folder / "stream_upstream.log")

    def echo(self, reply_frame):
        self.echo_socket.unlink(missing_ok=True)
        command = [self.load / "echo_server", self.echo_socket, reply_frame]
        return Process(command, self.echo_socket.exists, self.folder / "echo.log")

    def _nginx(self, name, server, port):
        root = self.folder / name
        root.mkdir()
        temporary = "\n".join(
            f"{kind}_temp_path {root}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (root / "nginx.conf").write_text(
            f"""
            daemon off;
            master_process off;
            pid {root}/pid;
            error_log stderr error;
            worker_rlimit_nofile 16384;
            events {{ worker_connections 8192; }}
            http {{
              access_log off;
              keepalive_requests 1000000000;
              keepalive_timeout 1h;
              client_body_buffer_size 64k;
              {temporary}
              {server}
            }}
            """
        )
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        command = [nginx, "-e", "stderr", "-p", root, "-c", root / "nginx.conf"]
        return Process(command, lambda: accepts(port), self.folder / f"{name}.log")
