"""TCP ports on loopback that nobody has at the moment, nor gets by chance."""
import random
import socket

# Below those that the kernel gives to whoever connects: a server that is killed finds its port free when it is started
# again.
CHOICE = random.SystemRandom()
FIRST, LAST = 10_000, 32_000


def free_port():
    for _ in range(1000):
        port = CHOICE.randint(FIRST, LAST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    raise OSError("no free port")
