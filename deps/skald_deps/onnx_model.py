"""A model graph in memory, and its form as an ONNX file (protocol buffers, written by hand)."""

import struct
from dataclasses import dataclass, field

# Attribute types, as ONNX and ONNX Runtime number them.
FLOAT, INT, STRING, TENSOR, GRAPH, FLOATS, INTS, STRINGS = range(1, 9)


@dataclass
class Tensor:
    name: str
    data_type: int
    dims: list
    raw: bytes


@dataclass
class Attribute:
    name: str
    type: int
    value: object


@dataclass
class Node:
    name: str
    op: str
    domain: str
    inputs: list
    outputs: list
    attributes: list

    def reads(self):
        """Names that the node needs, those that its inner graphs capture included."""
        names = set(self.inputs)
        for attribute in self.attributes:
            if attribute.type == GRAPH:
                for node in attribute.value.nodes:
                    names |= node.reads()
        return names - {""}


@dataclass
class Value:
    """A graph input or output; a dimension is a number, a name, or None."""

    name: str
    element_type: int
    dims: object


@dataclass
class Graph:
    nodes: list
    initializers: list
    inputs: list
    outputs: list


@dataclass
class Model:
    graph: Graph
    ir_version: int
    opsets: list = field(default_factory=list)  # (domain, version)


def sort_nodes(graph):
    """Orders the nodes so that each follows those whose outputs it reads; otherwise keeps their order."""
    produced = {name for node in graph.nodes for name in node.outputs}
    ready, rest, done = [], graph.nodes, set()
    while rest:
        later = []
        for node in rest:
            if all(name in done or name not in produced for name in node.reads()):
                ready.append(node)
                done.update(node.outputs)
            else:
                later.append(node)
        if len(later) == len(rest):
            raise ValueError("the graph has a cycle")
        rest = later
    graph.nodes = ready


def cut(model, output, dims):
    """The part of a model that computes the float tensor `output`; dims describe its shape."""
    producer = {name: node for node in model.graph.nodes for name in node.outputs}
    if output not in producer:
        raise ValueError(f"the graph has no tensor {output}")
    needed, stack = set(), [output]
    while stack:
        name = stack.pop()
        if name not in needed:
            needed.add(name)
            if name in producer:
                stack.extend(producer[name].reads())
    graph = Graph(
        nodes=[node for node in model.graph.nodes if needed.intersection(node.outputs)],
        initializers=[tensor for tensor in model.graph.initializers if tensor.name in needed],
        inputs=[value for value in model.graph.inputs if value.name in needed],
        outputs=[Value(output, FLOAT, dims)],
    )
    return Model(graph, model.ir_version, model.opsets)


# Wire format: a field is a key (number, kind) and its value; kind 0 is a varint, 2 counted bytes, 5 four bytes.


def _varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _int(number, value):
    return _varint(number << 3) + _varint(value)


def _bytes(number, value):
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _text(number, value):
    return _bytes(number, value.encode("utf-8"))


def _float(number, value):
    return _varint(number << 3 | 5) + struct.pack("<f", value)


def _tensor(tensor):
    dims = b"".join(_int(1, dim) for dim in tensor.dims)
    return dims + _int(2, tensor.data_type) + _text(8, tensor.name) + _bytes(9, tensor.raw)


def _attribute(attribute):
    value, writers = attribute.value, {
        FLOAT: lambda v: _float(2, v),
        INT: lambda v: _int(3, v),
        STRING: lambda v: _bytes(4, v),
        TENSOR: lambda v: _bytes(5, _tensor(v)),
        GRAPH: lambda v: _bytes(6, _graph(v)),
        FLOATS: lambda v: b"".join(_float(7, x) for x in v),
        INTS: lambda v: b"".join(_int(8, x) for x in v),
        STRINGS: lambda v: b"".join(_bytes(9, x) for x in v),
    }
    return _text(1, attribute.name) + writers[attribute.type](value) + _int(20, attribute.type)


def _node(node):
    return b"".join(
        [_text(1, name) for name in node.inputs]
        + [_text(2, name) for name in node.outputs]
        + [_text(3, node.name), _text(4, node.op)]
        + [_bytes(5, _attribute(attribute)) for attribute in node.attributes]
        + ([_text(7, node.domain)] if node.domain else [])
    )


def _value(value):
    shape = b""
    if value.dims is not None:
        dims = [_text(2, d) if isinstance(d, str) else b"" if d is None else _int(1, d) for d in value.dims]
        shape = _bytes(2, b"".join(_bytes(1, dim) for dim in dims))
    return _text(1, value.name) + _bytes(2, _bytes(1, _int(1, value.element_type) + shape))


def _graph(graph):
    return b"".join(
        [_bytes(1, _node(node)) for node in graph.nodes]
        + [_text(2, "graph")]
        + [_bytes(5, _tensor(tensor)) for tensor in graph.initializers]
        + [_bytes(11, _value(value)) for value in graph.inputs]
        + [_bytes(12, _value(value)) for value in graph.outputs]
    )


def serialize(model):
    """The bytes of the .onnx file."""
    opsets = [_text(1, domain) + _int(2, version) for domain, version in model.opsets]
    return _int(1, model.ir_version) + _bytes(7, _graph(model.graph)) + b"".join(_bytes(8, o) for o in opsets)
