"""A Redis client of one screen: just enough of RESP2 for a node and for the story."""

import asyncio


class RegistryError(Exception):
    """Redis could not be asked, or refused the command."""


class Redis:
    """One connection to a Redis server, made when it is needed and anew after each failure."""

    def __init__(self, port, timeout=1):
        self.port, self.timeout = port, timeout
        self._streams = None
        self._turn = asyncio.Lock()

    async def __call__(self, *words):
        """The reply to one command: text, a number, a list, or None."""
        async with self._turn:
            try:
                async with asyncio.timeout(self.timeout):
                    if not self._streams:
                        self._streams = await asyncio.open_connection("127.0.0.1", self.port)
                    reader, writer = self._streams
                    writer.write(request(words))
                    reply = await read_reply(reader)
            except (OSError, EOFError, TimeoutError) as error:
                self.close()
                raise RegistryError(f"Redis at port {self.port}: {error or type(error).__name__}") from error
            except asyncio.CancelledError:
                self.close()  # the reply may still come, and is not for the next command
                raise
        if isinstance(reply, RegistryError):
            raise reply
        return reply

    def close(self):
        if self._streams:
            self._streams[1].close()
        self._streams = None


def request(words):
    """A command as an array of bulk strings."""
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


async def read_reply(reader):
    """One reply. An error is returned, not raised, so that the connection can be used on."""
    line = (await reader.readuntil(b"\r\n"))[:-2]
    kind, rest = line[:1], line[1:].decode()
    match kind:
        case b"+":
            return rest
        case b"-":
            return RegistryError(rest)
        case b":":
            return int(rest)
        case b"$":
            return None if rest == "-1" else (await reader.readexactly(int(rest) + 2))[:-2].decode()
        case b"*":
            return None if rest == "-1" else [await read_reply(reader) for _ in range(int(rest))]
    raise RegistryError(f"not a reply: {line[:40]!r}")
