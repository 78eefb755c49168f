"""Certificates of our own, and servers that speak TLS in front of a simulated provider."""

from __future__ import annotations

import os
import pathlib
import shutil
import socket
import subprocess

from .waiting import wait_until


def make_certificate(directory: pathlib.Path, name: str = "localhost") -> tuple[pathlib.Path, pathlib.Path]:
    """A self-made certificate for `name` and 127.0.0.1, and its key."""
    certificate, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}" + (",IP:127.0.0.1" if name == "localhost" else ""),
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )
    return certificate, key


def make_expired_certificate(directory: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """One for localhost and 127.0.0.1 that was good until some years ago."""
    place = directory / "authority"
    place.mkdir()
    certificate, key, request = place / "expired.pem", place / "expired.key", place / "request.pem"
    (place / "index.txt").touch()
    config = place / "ca.cnf"
    config.write_text(f"""\
[ca]
default_ca = own
[own]
database = {place}/index.txt
rand_serial = yes
new_certs_dir = {place}
default_md = sha256
copy_extensions = copy
policy = names
[names]
commonName = supplied
""")
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(request)],
        check=True, capture_output=True,
    )
    subprocess.run(
        ["openssl", "ca", "-batch", "-config", str(config), "-selfsign", "-keyfile", str(key), "-in", str(request), "-notext",
         "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-out", str(certificate)],
        check=True, capture_output=True,
    )
    return certificate, key


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])


class TLSProxy:
    """nginx with HTTP/2 over TLS; every answer tells the protocol that its request came with."""

    def __init__(self, directory: pathlib.Path, target: str, certificate: pathlib.Path, key: pathlib.Path, *, http2: bool = True) -> None:
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.port = free_port()
        self.log = directory / "access.log"
        place = directory / "nginx"
        place.mkdir()
        config = place / "nginx.conf"
        config.write_text(f"""\
daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes 1; {"user root;" if os.getuid() == 0 else ""}
events {{ worker_connections 512; }}
http {{
  log_format protocol '$server_protocol $request_uri $status'; access_log {self.log} protocol;
  client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u;
  scgi_temp_path {place}/s; client_max_body_size 64m;
  server {{
    listen 127.0.0.1:{self.port} ssl {"http2" if http2 else ""};
    ssl_certificate {certificate}; ssl_certificate_key {key};
    location / {{ proxy_pass {target}; proxy_http_version 1.1; proxy_buffering off; proxy_set_header Connection ""; }}
  }}
}}
""")
        self._process = subprocess.Popen([program, "-p", str(place), "-c", str(config)], stderr=subprocess.DEVNULL)
        wait_until(self._listens, "nginx listens")

    def _listens(self) -> bool:
        assert self._process.poll() is None, "nginx ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def protocols(self, requests: int) -> set[str]:
        """What the first so many requests came with. nginx tells it after the answer has gone."""

        def seen() -> list[str]:
            lines = self.log.read_text().splitlines()
            return lines if len(lines) >= requests else []

        return {line.split()[0] for line in wait_until(seen, "nginx writes its log")}

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        finally:
            self._process.kill()
