"""What `tests/conftest.py` promises to every other test."""

import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from hypothesis import settings

TEST_NETWORK = "192.0.2.1"  # reserved for documentation by RFC 5737; nobody answers there


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as client, pytest.raises(ConnectionRefusedError, match="tests use no network"):
        client.connect((TEST_NETWORK, 80))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(urllib.error.URLError, match="tests use no network"):
        urllib.request.urlopen("http://example.com", timeout=1)


def test_a_datagram_is_not_sent() -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as client,
        pytest.raises(ConnectionRefusedError, match="tests use no network"),
    ):
        client.sendto(b"?", (TEST_NETWORK, 53))


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_a_project_is_the_current_folder(project: Path) -> None:
    assert Path.cwd() == project
    assert [path.name for path in project.iterdir()] == ["specc.toml"]


def test_examples_are_the_same_in_every_run() -> None:
    assert settings.default is not None
    assert settings.default.derandomize
