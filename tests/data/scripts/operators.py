"""Single operators in double precision by PyTorch, on inputs and weights by formula (formula.py): what judges the reference backend beyond ResNets.

usage: operators.py OUT.json. Each case: operator, attributes, input shape, and the exact output (shape, values rounded to 9 digits)."""
import json, sys
import numpy as np, torch, torch.nn.functional as F
import formula


def t(name, shape, scale=1.0):
    return torch.from_numpy((2 * formula.u(name, int(np.prod(shape))) - 1).astype(np.float32).reshape(shape)).double() * scale


cases = []


def case(name, op, attributes, shape, value):
    cases.append(dict(name=name, op=op, attributes=attributes, input=list(shape), shape=list(value.shape), values=[float(f'{v:.9g}') for v in value.flatten().tolist()]))


for name, (n, c, k, h, w, r, s, stride, pad, dilation, groups, bias) in {
    'conv-1x1': (2, 5, 3, 4, 7, 1, 1, 1, 0, 1, 1, False), 'conv-3x3-bias': (1, 3, 5, 6, 5, 3, 3, 1, 1, 1, 1, True),
    'conv-3x3-stride2': (2, 4, 6, 9, 8, 3, 3, 2, 1, 1, 1, False), 'conv-grouped': (1, 12, 6, 5, 6, 3, 3, 1, 1, 1, 3, True),
    'conv-depthwise': (1, 7, 7, 6, 6, 3, 3, 2, 1, 1, 7, False), 'conv-dilated': (1, 3, 4, 11, 9, 3, 3, 1, 2, 2, 1, False),
    'conv-7x7': (1, 3, 4, 13, 15, 7, 7, 2, 3, 1, 1, False), 'conv-1x7-nopad': (1, 2, 3, 8, 12, 1, 7, 1, 0, 1, 1, True),
    'conv-wide-channels': (1, 33, 18, 3, 3, 3, 3, 1, 1, 1, 1, False), 'conv-padding-beyond': (1, 2, 2, 2, 3, 3, 3, 1, 3, 1, 1, False),
    'conv-1x1-image': (1, 20, 17, 1, 1, 3, 3, 1, 1, 1, 1, False)}.items():
    x, weight, b = t('x', (n, c, h, w)), t('weight', (k, c // groups, r, s)), t('bias', (k,)) if bias else None
    case(name, 'Conv2d', dict(k=k, r=r, s=s, stride=stride, padding=pad, dilation=dilation, groups=groups, bias=bias), (n, c, h, w), F.conv2d(x, weight, b, stride, pad, dilation, groups))
for name, (kernel, stride, pad, shape) in {'pool-3-2-1': (3, 2, 1, (2, 5, 9, 7)), 'pool-2-2': (2, 2, 0, (1, 3, 5, 6)), 'pool-5-1-2': (5, 1, 2, (1, 2, 3, 4)), 'pool-3-2-1-one': (3, 2, 1, (1, 4, 1, 1))}.items():
    case(name, 'MaxPool2d', dict(kernel=kernel, stride=stride, padding=pad), shape, F.max_pool2d(t('x', shape) - 2, kernel, stride, pad))
shape = (2, 5, 3, 4)
case('norm', 'BatchNorm2d', dict(eps=1e-3), shape, F.batch_norm(t('x', shape), t('running_mean', (5,)), t('running_var', (5,)) + 1.5, t('weight', (5,)), t('bias', (5,)), False, 0.0, 1e-3))
case('relu', 'ReLU', {}, shape, F.relu(t('x', shape)))
case('add', 'Add', {}, shape, t('x', shape) + t('y', shape))
case('average', 'GlobalAveragePool', {}, shape, t('x', shape).mean((2, 3)))
for bias in (True, False):
    case('linear' + ('' if bias else '-nobias'), 'Linear', dict(k=7, bias=bias), (3, 33), F.linear(t('x', (3, 33)), t('weight', (7, 33)), t('bias', (7,)) if bias else None))
json.dump(cases, open(sys.argv[1], 'w'), separators=(',', ':'))
