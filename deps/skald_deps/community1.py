"""Makes the files of models/community-1 out of the library that carries the pyannote community-1 models.

The embedding network is cut in two: a backbone, run once per stretch of audio and shared by all speakers in it, and
its last linear layer, which is small enough to apply per speaker (emb_head_*.bin, float32, [256 x 5120] and [256]).
"""

import struct

from . import onnx_model, ort_model
from .elf import SharedLibrary

_ARRAYS = ["xvec_mean1", "xvec_mean2", "xvec_lda", "plda_mu", "plda_tr", "plda_psi"]
_TEXTS = {
    "segmentation_json": "segmentation.json",
    "embedding_json": "embedding.json",
    "pipeline_snapshot_json": "pipeline.json",
    "receptive_field_json": "receptive_field.json",
    "golden_speaker_bounds_json": "golden_speaker_bounds.json",
}
_POOLED = "/resnet/pool/Reshape_output_0"
_UINT8, _INT8 = 2, 3


def _symbol(library, name):
    return library.symbol(f"_ZN9cppannote19embedded_community1{len(name)}{name}E")


def _float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def _scalar(tensor):
    if len(tensor.raw) != 4:
        raise ValueError(f"{tensor.name} is expected to be one float")
    return struct.unpack("<f", tensor.raw)[0]


def _head(model):
    """Weight and bias of the last linear layer, as float32 bytes. The weight is stored as 8 bits: q * scale + zero."""
    tensors = {tensor.name: tensor for tensor in model.graph.initializers}
    producer = {name: node for node in model.graph.nodes for name in node.outputs}
    (layer,) = [node for node in model.graph.nodes if node.op == "Gemm"]
    add = producer[layer.inputs[1]]
    multiply = producer[add.inputs[0]]
    cast = producer[multiply.inputs[0]]
    if [add.op, multiply.op, cast.op] != ["Add", "Mul", "Cast"]:
        raise ValueError("the last layer's weight is stored in another way than expected")
    quantized = tensors[cast.inputs[0]]
    if quantized.data_type not in (_UINT8, _INT8) or quantized.dims != [256, 5120]:
        raise ValueError("the last layer's weight has another type or shape than expected")
    scale, zero = _scalar(tensors[multiply.inputs[1]]), _scalar(tensors[add.inputs[1]])
    values = []
    for byte in range(256):
        number = byte - 256 if quantized.data_type == _INT8 and byte > 127 else byte
        values.append(struct.pack("<f", _float32(number * scale) + zero))
    return b"".join([values[byte] for byte in quantized.raw]), tensors[layer.inputs[2]].raw


def convert(library_file, folder):
    """Writes all files of the model into `folder`."""
    library = SharedLibrary(library_file.read_bytes())
    for name in _ARRAYS:
        (folder / f"{name}.bin").write_bytes(_symbol(library, name))
    for name, file in _TEXTS.items():
        (folder / file).write_bytes(_symbol(library, name).rstrip(b"\0"))
    segmentation = ort_model.read(_symbol(library, "segmentation_ort_data"))
    (folder / "segmentation.onnx").write_bytes(onnx_model.serialize(segmentation))
    embedding = ort_model.read(_symbol(library, "embedding_ort_data"))
    backbone = onnx_model.cut(embedding, _POOLED, ["batch", "channels", "frames"])
    (folder / "emb_backbone.onnx").write_bytes(onnx_model.serialize(backbone))
    weight, bias = _head(embedding)
    (folder / "emb_head_weight.bin").write_bytes(weight)
    (folder / "emb_head_bias.bin").write_bytes(bias)
