"""Reads ONNX Runtime's own model files (.ort, FlatBuffers). Slots are those of its published schema, ort.fbs."""

from . import onnx_model as onnx
from .flatbuffer import Table

_DIM_VALUE, _DIM_NAME = 1, 2
_STRING_TENSOR = 8


def _tensor(table):
    data_type = table.number(3, "i")
    if data_type == _STRING_TENSOR or table.number(6, "q", -1) >= 0:
        raise ValueError("tensors of strings and external tensors are not expected here")
    return onnx.Tensor(table.text(0), data_type, table.numbers(2, "q"), table.bytes(4))


def _attribute(table):
    kind = table.number(2, "i")
    readers = {
        onnx.FLOAT: lambda: table.number(3, "f", 0.0),
        onnx.INT: lambda: table.number(4, "q"),
        onnx.STRING: lambda: table.bytes(5),
        onnx.TENSOR: lambda: _tensor(table.table(6)),
        onnx.GRAPH: lambda: _graph(table.table(7)),
        onnx.FLOATS: lambda: table.numbers(8, "f"),
        onnx.INTS: lambda: table.numbers(9, "q"),
        onnx.STRINGS: lambda: table.strings(10),
    }
    if kind not in readers:
        raise ValueError(f"attribute {table.text(0)} has the unknown type {kind}")
    return onnx.Attribute(table.text(0), kind, readers[kind]())


def _node(table):
    def names(slot):
        return [name.decode("utf-8") for name in table.strings(slot)]

    attributes = [_attribute(a) for a in table.tables(10)]
    return onnx.Node(table.text(0), table.text(5), table.text(2), names(8), names(9), attributes)


def _dimension(table):
    value = table.table(0)
    kind = value.number(0, "b") if value else 0
    if kind == _DIM_VALUE:
        return value.number(1, "q")
    return (value.text(2) or None) if kind == _DIM_NAME else None


def _value(table):
    tensor_type = table.table(2).table(2)
    shape = tensor_type.table(1)
    dims = None if shape is None else [_dimension(d) for d in shape.tables(0)]
    return onnx.Value(table.text(0), tensor_type.number(0, "i"), dims)


def _graph(table):
    arguments = {argument.text(0): argument for argument in table.tables(1)}
    ends = [[_value(arguments[name.decode("utf-8")]) for name in table.strings(slot)] for slot in (5, 6)]
    graph = onnx.Graph([_node(n) for n in table.tables(2)], [_tensor(t) for t in table.tables(0)], *ends)
    onnx.sort_nodes(graph)
    return graph


def read(data):
    """The model of an .ort file."""
    if data[4:8] != b"ORTM":
        raise ValueError("not an ONNX Runtime model file")
    model = Table.root(data).table(1)
    opsets = [(o.text(0), o.number(1, "q")) for o in model.tables(1)]
    return onnx.Model(_graph(model.table(7)), model.number(0, "q"), opsets)
