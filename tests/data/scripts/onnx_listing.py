"""Checks ONNX files with onnx.checker, types inferred, and prints what each holds: one JSON object a line."""
import json
import sys

import onnx


def shape(value):
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(path, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    graph = model.graph
    print(json.dumps({
        "ir": model.ir_version,
        "opset": [[o.domain, o.version] for o in model.opset_import],
        "producer": [model.producer_name, model.producer_version],
        "metadata": [[p.key, p.value] for p in model.metadata_props],
        "nodes": [[n.name, n.op_type, list(n.input), list(n.output)] for n in graph.node],
        "initialisers": [[i.name, i.data_type, list(i.dims), len(i.raw_data)] for i in graph.initializer],
        "inputs": [[v.name, shape(v)] for v in graph.input],
        "outputs": [[v.name, shape(v)] for v in graph.output],
    }))
