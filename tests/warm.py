"""Processes that have TensorFlow loaded when they begin: forks of one that has, for tests that start many.

Loading it takes most of the time of a command that trains little. `Warm.programs` is a folder with the programs
`specc` and `python`, to be put in front of the `PATH`: each hands its arguments, folder, environment and open files to
a server, which forks, and ends as the fork does (with 128 and its number after a signal). `python` without a script is
Python itself. TensorFlow is imported there and nothing of it used, so that forks are sound. All of them have the seed
of the server's hashes, and what is printed on loading TensorFlow is not seen: what depends on those wants a process of
its own.
"""

import json
import os
import runpy
import socket
import subprocess
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

CLIENT = """\
#!{python} -IS
import json, os, socket, sys

if {program!r} == "python" and not (sys.argv[1:] and sys.argv[1].endswith(".py")):
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    asked = [{program!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]
    request = json.dumps(asked).encode()
    socket.send_fds(server, [len(request).to_bytes(4, "little")], [0, 1, 2])
    server.sendall(request)
    status = server.recv(1)
sys.exit(status[0] if status else 255)
"""
STARTS_WITHIN_S = 120


class Warm:
    """The server, and the programs that ask it. `folder` is a new one of a short path, as sockets need."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.programs.mkdir()
        address = folder / "server"
        for program in ("specc", "python"):
            path = self.programs / program
            path.write_text(CLIENT.format(python=sys.executable, address=str(address), program=program))
            path.chmod(0o755)
        command = [sys.executable, "-P", __file__, str(address)]
        self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not address.exists():
            if self._server.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError("the process that loads TensorFlow for others does not come up")
            time.sleep(0.05)

    def specc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command, from here."""
        return subprocess.run([self.programs / "specc", *arguments], capture_output=True, text=True, check=False)

    def python(self, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Python with a script, from here."""
        return subprocess.run(
            [self.programs / "python", script, *arguments], capture_output=True, text=True, check=False
        )

    def close(self) -> None:
        """End the server; what it has forked goes on."""
        self._server.kill()
        self._server.wait()


def _serve(address: Path) -> None:
    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    import_module("specc.training.train")
    server = socket.socket(socket.AF_UNIX)
    unnamed = address.with_suffix(".new")
    server.bind(str(unnamed))
    server.listen()
    unnamed.rename(address)  # there when it listens
    server.settimeout(1)
    parent = os.getppid()
    while os.getppid() == parent:  # tests that are killed leave no server behind
        try:
            connection, _ = server.accept()
        except TimeoutError:
            continue
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if os.fork() == 0:
            server.close()
            _answer(connection)
            return  # in the fork of the fork, which is the program and has ended
        connection.close()


def _answer(connection: socket.socket) -> None:
    """Run the program in a fork, and tell how it ended."""
    size, files, _, _ = socket.recv_fds(connection, 4, 3)
    with connection.makefile("rb") as stream:
        program, arguments, folder, environment = json.loads(stream.read(int.from_bytes(size, "little")))
    child = os.fork()
    if child:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        connection.sendall(bytes([status if status >= 0 else 128 - status]))
        os._exit(0)
    connection.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    _run(program, arguments)


def _run(program: str, arguments: list[str]) -> Any:
    if program == "specc":
        sys.argv = ["specc", *arguments]
        from specc.cli import main

        return main()
    import_module("keras").utils.enable_interactive_logging()  # as it is for who does not use specc
    sys.argv = arguments
    sys.path.insert(0, str(Path(arguments[0]).resolve().parent))
    return runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
