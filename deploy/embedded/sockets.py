"""TCP ports of this machine."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on, chosen by the kernel."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, address: str = LOOPBACK) -> bool:
    """Whether a server could listen there now. Port 0 is nobody's."""
    if not port:
        return False
    try:
        listen(port, address).close()
    except OSError:
        return False
    return True


def listen(port: int, address: str = LOOPBACK) -> socket.socket:
    """A listening socket, or OSError: the port is taken, or not for this user."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


def next_free_port(port: int, address: str = LOOPBACK) -> int:
    """The first free port above `port`."""
    return next(number for number in range(port + 1, 65536) if port_is_free(number, address))
