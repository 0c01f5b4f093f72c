"""Where the web tools will not go, however the way is written."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.errors import ToolError
from chatapp.tools.web import Ask, Gate, fetch, is_public

INSIDE = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
    *("100.64.0.1", "192.0.0.1", "192.88.99.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
    *("::1", "::", "fc00::1", "fe80::1", "ff02::1", "fec0::1", "::ffff:127.0.0.1"),
    *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "::127.0.0.1"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_that_are_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_that_are(address):
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses())
def test_what_python_calls_local_is_never_public(address):
    if not address.is_global:
        assert not is_public(address)


def spellings(port):
    hosts = [
        *("127.0.0.1", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "0x7f000001", "0"),
        *("localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "[::1]", "[::ffff:127.0.0.1]"),
        *("[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::]", "0.0.0.0", "⑫7.0.0.1", "127。0。0。1"),
        *("[64:ff9b::7f00:1]", "[fe80::1%25lo]", "user@127.0.0.1", "a:b@127.0.0.1", "１２７.0.0.1"),
        *("example.com@127.0.0.1", "example.com#@127.0.0.1", "example.com\\@127.0.0.1"),
        *(" 127.0.0.1", "127.0.0.1\t", "127.0.0.1%00.example.com", "example.com%2f@127.0.0.1"),
    ]
    urls = [f"http://{host}:{port}/" for host in hosts]
    schemes = ("file", "ftp", "gopher", "data", "unix", "javascript", "ws")
    return [
        *urls,
        *(f"{scheme}://127.0.0.1:{port}/" for scheme in schemes),
        *(
            "http:///",
            "http://",
            "//127.0.0.1",
            "/etc/passwd",
            "http://[::1",
            "http://:80",
            "ht tp:",
        ),
        *(f"http://127.0.0.1:{port}\r\nX: y/", f"http:\\\\127.0.0.1:{port}\\", "http://a:99999/"),
    ]


async def test_no_spelling_leads_inside(web):
    web.page("/", b"inside")

    for url in spellings(web.port):
        with pytest.raises(ToolError) as caught:
            await fetch(Ask(url, seconds=3))
        assert caught.value.code in ("blocked_address", "fetch_failed"), url

    assert web.heard == []


async def test_one_bad_answer_spoils_the_name(web):
    web.page("/", b"inside")
    gate = web.gate(answers=lambda host, time: ["93.184.216.34", "127.0.0.1"])

    with pytest.raises(ToolError) as caught:
        await fetch(Ask(web.url(host="mixed.example")), gate)

    assert caught.value.code == "blocked_address"
    assert web.heard == []


async def test_a_name_is_looked_up_once(web):
    """So that it cannot lead elsewhere after it was checked."""
    web.page("/", b"inside")
    flips = web.gate(answers=lambda host, time: ["203.0.113.9"] if time == 1 else ["127.0.0.1"])

    with pytest.raises(ToolError):
        await fetch(Ask(web.url(host="flips.example"), seconds=1), flips)

    assert web.looked_up["flips.example"] == 1
    assert web.heard == []


async def test_a_host_the_operator_named_may_be_private(web):
    web.page("/", b"Hello")

    answer = await fetch(Ask(web.url(host="intra.example")), web.gate("intra.example"))

    assert (answer.status, answer.text) == (200, "Hello")
    assert f"Host: intra.example:{web.port}" in web.heard[0]


async def test_a_name_that_leads_nowhere_is_an_error():
    async def lookup(host, port):
        raise OSError("no such host")

    with pytest.raises(ToolError, match="cannot be found"):
        await fetch(Ask("http://nowhere.example/"), Gate(lookup=lookup))
