"""Reads exported data symbols out of a 64-bit little-endian ELF shared library."""

import struct

_SECTION = struct.Struct("<IIQQQQIIQQ")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_DYNSYM = 11
_LOAD = 1


class ElfError(ValueError):
    """The file is no ELF library of the expected kind, or lacks a symbol."""


class SharedLibrary:
    """The dynamic symbols of one library, held in memory."""

    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise ElfError("not a 64-bit little-endian ELF file")
        self._data = data
        (program_at,) = struct.unpack_from("<Q", data, 0x20)
        (section_at,) = struct.unpack_from("<Q", data, 0x28)
        program_size, program_count, section_size, section_count = struct.unpack_from("<HHHH", data, 0x36)
        sections = [_SECTION.unpack_from(data, section_at + i * section_size) for i in range(section_count)]
        segments = [_SEGMENT.unpack_from(data, program_at + i * program_size) for i in range(program_count)]
        # (virtual address, offset in the file, bytes in the file) of what is mapped
        self._mapped = [(s[3], s[2], s[5]) for s in segments if s[0] == _LOAD]
        self._symbols = dict(self._read_symbols(sections))

    def _read_symbols(self, sections):
        for section in sections:
            if section[1] != _DYNSYM:
                continue
            strings_at = sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], _SYMBOL.size):
                name, _, _, _, value, size = _SYMBOL.unpack_from(self._data, at)
                end = self._data.index(b"\0", strings_at + name)
                yield self._data[strings_at + name : end].decode("utf-8", "replace"), (value, size)

    def symbol(self, name):
        """The bytes of an exported object."""
        if name not in self._symbols:
            raise ElfError(f"no exported symbol {name}")
        value, size = self._symbols[name]
        for address, offset, length in self._mapped:
            if address <= value and value + size <= address + length:
                start = offset + value - address
                return self._data[start : start + size]
        raise ElfError(f"symbol {name} has no bytes in the file")
