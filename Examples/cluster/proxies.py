"""The proxies: how they are configured and started, and which sticky cookies they write."""

import hashlib
import re
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / ".build" / "cluster"
NODES = ("node-1", "node-2", "node-3")
COOKIE = "_mcp_backend"
FIRST, OLDEST, OLD, NEW = "3.0.4", "3.3.3", "3.3.4", "3.7.15"  # versions of Traefik
FNV = (FIRST, OLDEST)  # their cookies are made in another way than those of later versions
BLIND = {  # access logs that cannot tell of sessions, by their files
    "no-headers.log": lambda text: text.replace(": keep", ": drop"),
    "hidden-headers.log": lambda text: text.replace(": keep", ": redact"),
    "common-format.log": lambda text: text.replace("format: json", "format: common"),
}


class Traefik:
    """Traefik in one version. Its access log shows the cookies that were sent and given."""

    name = "Traefik"
    logs_given_cookies = True

    def __init__(self, version, log="access.log"):
        """`log`: the file of its access log, one of BLIND or the whole one."""
        self.version, self.log = version, log

    def write(self, cluster, sticky=True):
        """All settings; the sticky cookie may be left out."""
        cluster.write("traefik.yaml", "traefik/traefik.yaml", log=self.log, edit=BLIND.get(self.log, str))
        servers = "[" + ", ".join(f'{{url: "{cluster.proxied_url(node)}"}}' for node in NODES) + "]"
        cluster.write(
            "dynamic.yaml", "traefik/dynamic.yaml", servers=servers,
            edit=lambda text: text if sticky else re.sub(r"(?m)^.*sticky: .*\n", "", text))

    def command(self, cluster):
        return BUILD / f"traefik-{self.version}", f"--configFile={cluster.folder}/traefik.yaml"

    def cookie(self, url, node):
        """The sticky cookie's value for a node with this URL."""
        if self.version not in FNV:
            return hashlib.sha256(url.encode()).hexdigest()[:16]
        return f"{fnv1(f'{fnv1a(url.encode()):016x}'.encode()):x}"


class HAProxy:
    """HAProxy, whose sticky cookie is the name of a server. It logs to standard output."""

    name, log = "HAProxy", "proxy.log"
    logs_given_cookies = False

    def write(self, cluster):
        (cluster.folder / "proxy.pem").write_text("".join(
            (cluster.folder / part).read_text() for part in ("cert.pem", "key.pem")))
        servers = [f"    server {node} 127.0.0.1:{cluster.ports[node]}" for node in NODES]
        cluster.write(
            "haproxy.cfg", "haproxy/haproxy.cfg", servers="\n".join(servers),
            sticky_servers="\n".join(f"{server} cookie {server.split()[1]}" for server in servers))

    def command(self, cluster):
        return "haproxy", "-db", "-f", cluster.folder / "haproxy.cfg"

    def cookie(self, url, node):
        return node


def fnv1(data):
    """FNV-1 of 64 bits: it multiplies first."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = value * 0x100000001B3 % 2**64 ^ byte
    return value


def fnv1a(data):
    """FNV-1a of 64 bits: it multiplies last."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value
