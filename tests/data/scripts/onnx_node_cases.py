"""Writes the ONNX project's own cases of single operators (onnx.backend.test.case.node) for the operators that are named.

usage: onnx_node_cases.py FOLDER OPERATOR... (Debian's python3-onnx 1.12, python3-numpy).

NAME.image.onnx takes the case's first input as its images, where that has four dimensions; all others are constants. In NAME.constant.onnx all inputs are
constants, and a Relu of some image is what the graph gives. NAME.in.npy and NAME.out.npy are the first input and the first output. Prints the names.
"""

import pathlib
import sys

import numpy as np

# The cases were written for an older NumPy.
for name in ("float", "bool", "int", "object"):
    if not hasattr(np, name):
        setattr(np, name, getattr(__builtins__, name))

import onnx
from onnx import helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases


def constants(names, arrays):
    return [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in zip(names, arrays)]


def model(graph, case):
    made = helper.make_model(graph, opset_imports=case.model.opset_import)
    made.ir_version = 8
    return made


def main():
    folder, operators = pathlib.Path(sys.argv[1]), set(sys.argv[2:])
    images = helper.make_tensor_value_info("only images", onnx.TensorProto.FLOAT, [1, 3, 4, 4])
    given = helper.make_tensor_value_info("given", onnx.TensorProto.FLOAT, [1, 3, 4, 4])
    relu = helper.make_node("Relu", ["only images"], ["given"])
    for case in collect_testcases(None):
        graph = case.model.graph
        (inputs, outputs), names = case.data_sets[0], [value.name for value in graph.input]
        arrays = [*inputs, outputs[0]]
        if not {node.op_type for node in graph.node} <= operators or not all(isinstance(array, np.ndarray) and array.dtype.kind in "fiub" for array in arrays):
            continue

        # NumPy has no bf16: these cases hold its bits as whole numbers.
        if any(value.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16 for value in [*graph.input, *graph.output]):
            continue

        np.save(folder / f"{case.name}.out.npy", np.ascontiguousarray(outputs[0], np.float64))
        folded = helper.make_graph([*graph.node, relu], case.name, [images], [given], constants(names, inputs))
        onnx.save(model(folded, case), folder / f"{case.name}.constant.onnx")
        if inputs and inputs[0].ndim == 4 and inputs[0].dtype == np.float32:
            np.save(folder / f"{case.name}.in.npy", inputs[0])
            run = helper.make_graph(list(graph.node), case.name, [graph.input[0]], [graph.output[0]], constants(names[1:], inputs[1:]))
            onnx.save(model(run, case), folder / f"{case.name}.image.onnx")

        print(case.name, graph.output[0].name)


main()
