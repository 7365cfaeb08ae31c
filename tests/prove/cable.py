"""Pull the plugs of a container, or put them back: cable.py up|down. Run by root in the container's own network.

Nobody is told: connections stay open at both ends, names and addresses stay known, and not a byte gets through.
"""

import fcntl
import socket
import struct
import sys

# linux/sockios.h, linux/if.h
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 0x1
REQUEST = "16sH14x"


def turn(interface: str, *, up: bool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        asked = struct.pack(REQUEST, interface.encode(), 0)
        flags = struct.unpack(REQUEST, fcntl.ioctl(door, GET_FLAGS, asked))[1]
        flags = flags | UP if up else flags & ~UP
        fcntl.ioctl(door, SET_FLAGS, struct.pack(REQUEST, interface.encode(), flags))


if __name__ == "__main__":
    for _, name in socket.if_nameindex():
        if name != "lo":
            turn(name, up=sys.argv[1] == "up")
