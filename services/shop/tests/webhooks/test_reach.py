"""No address of a partner leads into our own house, whatever its name leads to and however it is written."""

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shop.webhooks import line, reach
from shop.webhooks.line import Line
from shop.webhooks.reach import NotAllowed, check, is_allowed, target_of

PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:810::200e"]
OURS = {
    "loopback": ["127.0.0.1", "127.255.1.1", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1", "fc00::1"],
    "link-local": ["169.254.169.254", "fe80::1", "fe80::1%eth0"],
    "carrier-grade NAT": ["100.64.0.1", "100.127.255.254"],
    "multicast": ["224.0.0.1", "239.255.255.250", "ff02::1"],
    "this network": ["0.0.0.0", "0.1.2.3", "::"],
    "reserved and broadcast": ["240.0.0.1", "255.255.255.255"],
    "documentation and benchmarks": [
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "198.18.0.1",
        "2001:db8::1",
        "3fff::1",
    ],
    "IPv4 mapped into IPv6": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1"],
    "6to4 and Teredo": ["2002:7f00:1::1", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.88.99.1"],
    "old site-local": ["fec0::1"],
}


@pytest.mark.parametrize("ip", PUBLIC)
def test_public_addresses_are_let_through(ip):
    assert is_allowed(ip_address(ip))


@pytest.mark.parametrize(("kind", "ip"), [(kind, ip) for kind, ips in OURS.items() for ip in ips])
def test_no_other_address_is_written_or_led_to(kind, ip, monkeypatch):
    assert not is_allowed(ip_address(ip)), kind
    host = f"[{ip}]" if ":" in ip else ip
    with pytest.raises(NotAllowed, match="not a public address"):
        check(f"https://{host}/hook")
    answers(monkeypatch, ip)
    with pytest.raises(NotAllowed, match="leads to .* not a public address"):
        target_of("https://partner.example/hook")


def answers(monkeypatch, *ips: str) -> None:
    found = [(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ips]
    monkeypatch.setattr(reach.socket, "getaddrinfo", lambda *args, **options: found)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_other_ways_to_write_this_machine_lead_nowhere(host):
    with pytest.raises((NotAllowed, OSError)):
        target_of(f"https://{host}/")


def test_one_address_of_several_that_is_ours_is_enough_to_refuse(monkeypatch):
    answers(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(NotAllowed):
        target_of("https://partner.example/hook")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://partner.example/", "must begin with https://"),
        ("ftp://partner.example/", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("https://partner.example:22/", "Port 22 is not open"),
        ("https://user:word@partner.example/", "neither a user"),
        ("https://partner.example/#here", "nor a fragment"),
        ("https:///hook", "must name a host"),
        ("https://partner.example:99999/", "no address that can be read"),
        ("https://[::1/", "no address that can be read"),
    ],
)
def test_what_is_no_plain_https_address_is_refused_with_a_reason(url, said):
    with pytest.raises(NotAllowed, match=said):
        check(url)


def test_settings_open_plain_http_ports_and_networks(settings):
    settings.WEBHOOK_HTTP, settings.WEBHOOK_PORTS = True, [8080]
    settings.WEBHOOK_NETWORKS = [ip_network("10.20.0.0/16")]
    assert check("http://10.20.0.7:8080/hook").port == 8080
    with pytest.raises(NotAllowed):
        check("http://10.21.0.7:8080/hook")


def test_the_connection_goes_to_the_address_that_was_checked_and_the_name_is_asked_for_once(partner, monkeypatch):
    """DNS rebinding: a name that is public when it is looked at and ours a moment later."""
    asked = []

    def getaddrinfo(host, port, *args, **options):
        asked.append(host)
        ip = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    # Connections of our own go by a number; whoever asked for the name again would be led elsewhere.
    monkeypatch.setattr(reach.socket, "getaddrinfo", getaddrinfo)
    real = socket.socket
    monkeypatch.setattr(line.socket, "create_connection", lambda to, timeout: _connected(real, to, timeout))
    way = Line(f"http://partner.example:{partner.port}/hook")
    assert way.send(b"{}", {}).status == 204 and way.send(b"{}", {}).status == 204
    assert asked == ["partner.example"]
    assert {heard.headers["host"] for heard in partner.heard} == {f"partner.example:{partner.port}"}


def _connected(kind, to, timeout):
    assert to[0] == "127.0.0.1"
    line = kind()
    line.settimeout(timeout)
    line.connect(to)
    return line


def test_no_proxy_of_the_environment_is_asked(partner, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert Line(partner.url).send(b"{}", {}).status == 204


@pytest.mark.parametrize(("named", "taken"), [("partner.example", True), ("somebody.example", False)])
def test_the_certificate_must_be_of_the_name_and_not_of_the_address(partner, monkeypatch, tmp_path, named, taken):
    pem = tmp_path / "partner.pem"
    pem.write_bytes(certificate_of(named))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    partner.server.socket = context.wrap_socket(partner.server.socket, server_side=True)
    monkeypatch.setattr(reach, "_resolve", lambda host, port: [ip_address("127.0.0.1")])

    class Trusting(requests.Session):
        def __init__(self):
            super().__init__()
            self.verify = str(pem)

    monkeypatch.setattr(line.requests, "Session", Trusting)
    outcome = Line(f"https://partner.example:{partner.port}/hook").send(b"{}", {})
    assert outcome.is_taken is taken and (taken or "not valid for 'partner.example'" in outcome.said), outcome


def certificate_of(name: str) -> bytes:
    """A key and a certificate that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    begun = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
    begun = begun.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    begun = begun.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    begun = begun.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = begun.sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    return made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    )


def test_a_name_that_is_not_answered_in_time_ends_the_attempt(monkeypatch):
    monkeypatch.setattr(reach, "RESOLVE_S", 0.05)
    monkeypatch.setattr(reach.socket, "getaddrinfo", lambda *args, **options: time.sleep(0.5))
    assert "not answered within" in Line("https://partner.example/").send(b"{}", {}).said
