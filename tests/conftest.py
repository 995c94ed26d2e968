"""What holds for every test: no network, two threads, quiet libraries, the same examples in every run.

Also gives the fixtures `project` (a folder to work in) and `golden` (expected text in a file, rewritten by `--bless`).
"""

import gc
import os
import sys

# Before anything imports TensorFlow or matplotlib. The numerics stay as users have them.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "2")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "2")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests run side by side, and what waits with these threads is busy
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["MPLBACKEND"] = "Agg"
os.environ["NO_COLOR"] = "1"
os.environ["COLUMNS"] = "100"

import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pytest

from tests.warm import Warm

hypothesis.settings.register_profile("specc", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("specc")

# Ctrl-C is to be tested also where it means nothing, as to what a shell starts in the background.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="write the expected outputs anew instead of comparing")


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Connections reach this machine only. What is refused looks like a machine without a network."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, method, _local_only(getattr(socket.socket, method)))
        patch.setattr(socket, "getaddrinfo", _local_names_only(socket.getaddrinfo))
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests prepare is kept apart from what the user's runs have prepared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPECC_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def _local_only(method: Callable[..., Any]) -> Callable[..., Any]:
    def checked(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address[0]):
            raise ConnectionRefusedError(f"tests use no network, but this one asks for {address[0]}")
        return method(self, *arguments)

    return checked


def _local_names_only(getaddrinfo: Callable[..., Any]) -> Callable[..., Any]:
    def checked(host: Any, *arguments: Any, **options: Any) -> Any:
        if not _is_local(host):
            raise socket.gaierror(socket.EAI_NONAME, f"tests use no network, but this one asks for {host}")
        return getaddrinfo(host, *arguments, **options)

    return checked


def _is_local(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost", socket.gethostname()}:
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is a project's root and the current folder."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "specc.toml").touch()
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """Programs that have TensorFlow loaded when they begin."""
    with TemporaryDirectory(prefix="specc-") as folder:
        made = Warm(Path(folder))
        yield made
        made.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with the file that holds what is expected; with `--bless` the file is written instead."""

    def compare(expected: Path, text: str) -> None:
        if request.config.getoption("--bless"):
            expected.parent.mkdir(parents=True, exist_ok=True)
            expected.write_text(text, encoding="utf-8")
        assert expected.exists(), f"{expected} is missing; `make bless` writes it"
        assert text == expected.read_text(encoding="utf-8"), f"{expected.name} differs; `make bless` accepts the change"

    return compare


@pytest.fixture(scope="session", autouse=True)
def _imported_is_no_garbage() -> None:
    """What collecting the tests imported, TensorFlow with it, stays; the search for garbage leaves it out."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _names_from_the_start(request: pytest.FixtureRequest) -> None:
    """Keras numbers layers in a process: each test that makes any begins to count anew, whatever ran before it."""
    keras = sys.modules.get("keras")
    if keras is not None and request.node.get_closest_marker("train"):
        keras.backend.clear_session()
