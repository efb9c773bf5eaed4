"""Larger networks by formula: for each, every node's shape, mean, spread, extremes and a few values, in double precision, plus all logits.

usage: networks.py OUT.json NAME..."""
import json, sys
import numpy as np, torch, torchvision
import formula
from nodes import evaluate

DEPTHS = dict(resnet18=(2, 2, 2, 2), resnet34=(3, 4, 6, 3), resnet50=(3, 4, 6, 3), resnet101=(3, 4, 23, 3), resnet152=(3, 8, 36, 3),
              resnext50_32x4d=(3, 4, 6, 3), wide_resnet50_2=(3, 4, 6, 3))
out = {}
for name in sys.argv[2:]:
    bottleneck = name not in ('resnet18', 'resnet34')
    model = getattr(torchvision.models, name)(weights=None, num_classes=10).eval()
    state = formula.state_of(model, bottleneck)
    model.load_state_dict(state, strict=False)
    out[name] = {}
    for shape in ((1, 3, 33, 47), (2, 3, 64, 64)):
        x = torch.from_numpy(formula.tensor('input', shape))
        with torch.inference_mode():
            nodes = evaluate(state, x, DEPTHS[name], bottleneck, 32 if 'next' in name else 1)
            fp32 = model(x)
        err = float((fp32 - nodes['fc']).abs().max() / nodes['fc'].abs().max())
        print(name, shape, 'logits up to', float(nodes['fc'].abs().max()), "torch's own float32 model differs by", err, 'of that')
        assert err < 1e-4
        out[name]['x'.join(map(str, shape))] = dict(
            logits=nodes['fc'].tolist(),
            nodes={k: dict(shape=list(v.shape), mean=float(v.mean()), std=float(v.std()), min=float(v.min()), max=float(v.max()),
                           first=v.flatten()[:4].tolist(), middle=v.flatten()[v.numel() // 2:v.numel() // 2 + 4].tolist(), last=v.flatten()[-4:].tolist()) for k, v in nodes.items()})
json.dump(out, open(sys.argv[1], 'w'), separators=(',', ':'))
