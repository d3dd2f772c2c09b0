"""A reader for FlatBuffers tables: fields by slot number, without generated code."""

import struct


class Table:
    """One table of a buffer. A field that is absent reads as its default, as the format defines it."""

    __slots__ = ("_data", "_at", "_vtable", "_slots")

    def __init__(self, data, at):
        self._data = data
        self._at = at
        self._vtable = at - struct.unpack_from("<i", data, at)[0]
        self._slots = (struct.unpack_from("<H", data, self._vtable)[0] - 4) // 2

    @classmethod
    def root(cls, data):
        return cls(data, struct.unpack_from("<I", data, 0)[0])

    def _field(self, slot):
        """Position of a field's value, or None where the table leaves it out."""
        if slot >= self._slots:
            return None
        (offset,) = struct.unpack_from("<H", self._data, self._vtable + 4 + 2 * slot)
        return self._at + offset if offset else None

    def _indirect(self, at):
        return at + struct.unpack_from("<I", self._data, at)[0]

    def number(self, slot, kind, default=0):
        """A scalar; kind is a struct code such as "i" or "q"."""
        at = self._field(slot)
        return default if at is None else struct.unpack_from("<" + kind, self._data, at)[0]

    def table(self, slot):
        at = self._field(slot)
        return None if at is None else Table(self._data, self._indirect(at))

    def _vector(self, slot):
        """(position of the first element, number of elements)"""
        at = self._field(slot)
        if at is None:
            return 0, 0
        start = self._indirect(at)
        return start + 4, struct.unpack_from("<I", self._data, start)[0]

    def bytes(self, slot):
        """A string, or a vector of bytes."""
        at, count = self._vector(slot)
        return self._data[at : at + count]

    def text(self, slot):
        return self.bytes(slot).decode("utf-8")

    def numbers(self, slot, kind):
        at, count = self._vector(slot)
        return list(struct.unpack_from(f"<{count}{kind}", self._data, at))

    def tables(self, slot):
        at, count = self._vector(slot)
        return [Table(self._data, self._indirect(at + 4 * i)) for i in range(count)]

    def strings(self, slot):
        at, count = self._vector(slot)
        found = []
        for i in range(count):
            start = self._indirect(at + 4 * i)
            (length,) = struct.unpack_from("<I", self._data, start)
            found.append(self._data[start + 4 : start + 4 + length])
        return found
