"""Show which 4-bit layouts GatherBlockQuantized accepts, and how far it is from numpy.

Prints the table of quantisation.md.

    python models/training/check_quantisation.py
"""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

ROWS, WIDTH = 200, 384


def tensor(name, kind, array, dims=None):
    """An initialiser with raw bytes, as a 4-bit tensor has no numpy type."""
    found = onnx.TensorProto(name=name, data_type=kind, raw_data=np.ascontiguousarray(array).tobytes())
    found.dims.extend(dims or array.shape)
    return found


def attempt(kind, block, zero_point, attributes, half=False, lowest=-7):
    """Gather random rows with onnxruntime and with numpy; return the largest difference."""
    rng = np.random.default_rng(0)
    q = rng.integers(lowest, 8, (ROWS, WIDTH))
    scales = (rng.random((ROWS, WIDTH // block)) * 0.02 + 0.001).astype(np.float16).astype(np.float32)
    expected = (q.reshape(ROWS, -1, block) * scales[..., None]).reshape(ROWS, WIDTH).astype(np.float32)
    nibbles = ((q if kind == "INT4" else q + 8) & 15).astype(np.uint8)
    packed = nibbles[:, 0::2] | nibbles[:, 1::2] << 4
    bytes_only = kind == "UINT8"
    code = getattr(TensorProto, kind)
    real = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    initialisers = [tensor("data", code, packed, None if bytes_only else (ROWS, WIDTH)),
                    tensor("scales", real, scales.astype(np.float16 if half else np.float32))]
    if zero_point:
        count = WIDTH // block
        fill = 0 if kind == "INT4" else 0x88
        initialisers.append(tensor("zero", code, np.full((ROWS, count // 2), fill, np.uint8),
                                   None if bytes_only else (ROWS, count)))
    node = helper.make_node("GatherBlockQuantized", ["data", "ids", "scales"] + ["zero"] * zero_point, ["rows"],
                            domain="com.microsoft", block_size=block, gather_axis=0, quantize_axis=1, **attributes)
    graph = helper.make_graph([node], "check", [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])],
                              [helper.make_tensor_value_info("rows", real, ["n", WIDTH])], initialisers)
    model = helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)])
    ids = rng.integers(0, ROWS, 50)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        got = session.run(None, {"ids": ids})[0]
    except Exception as error:
        return "refused: " + str(error).splitlines()[0][:80]
    return f"max error {np.abs(got.astype(np.float32) - expected[ids]).max():.2g}"


def main():
    """Try every layout."""
    onnxruntime.set_default_logger_severity(4)
    print("onnxruntime", onnxruntime.__version__)
    for kind in ("UINT8", "UINT4", "INT4"):
        for block in (16, 32, 64):
            for zero_point in (False, True):
                for attributes in ({"bits": 4}, {}):
                    print(kind, f"block {block}", "zero point" if zero_point else "no zero point",
                          "bits=4" if attributes else "no bits", "|", attempt(kind, block, zero_point, attributes))
    print("UINT8 block 32, float16 scales and output |", attempt("UINT8", 32, False, {"bits": 4}, half=True))
    print("UINT8 block 32, values from -8 |", attempt("UINT8", 32, False, {"bits": 4}, lowest=-8))


if __name__ == "__main__":
    main()
