"""Single operators in double precision by PyTorch, on inputs and weights by formula (formula.py): what judges the reference backend beyond ResNets.

usage: operators.py CASES.jsonl OUT.json. A case a line: name, operator, its attributes, the input's and the output's shape; the output adds the exact
values, rounded to 9 digits. Padding is top, left, bottom, right; where the sides differ, the input is padded first."""
import json, sys
import numpy as np, torch, torch.nn.functional as F
import formula


def t(name, shape):
    return torch.from_numpy((2 * formula.u(name, int(np.prod(shape))) - 1).astype(np.float32).reshape(shape)).double()


def padded(x, padding, value):
    top, left, bottom, right = padding
    return F.pad(x, (left, right, top, bottom), value=value)


def conv(c, x):
    weight = t('weight', (c['OutChannels'], c['InChannels'] // c['Groups'], c['KernelHeight'], c['KernelWidth']))
    bias = t('bias', (c['OutChannels'],)) if c['Bias'] else None
    return F.conv2d(padded(x, c['Padding'], 0.0), weight, bias, c['Stride'], 0, c['Dilation'], c['Groups'])


def uniform(c):
    """One padding that PyTorch's own pooling takes; None where it must be spelled out."""
    return c['Padding'][0] if len(set(c['Padding'])) == 1 and c['Padding'][0] <= c['Kernel'] // 2 else None


def cut(value, shape):
    """In ceil mode a window may start in padding that was spelled out: PyTorch would drop it, had it padded itself."""
    return value[:, :, :shape[2], :shape[3]]


def max_pool(c, x):
    if uniform(c) is not None:
        return F.max_pool2d(x, c['Kernel'], c['Stride'], uniform(c), ceil_mode=c['CeilMode'])
    return cut(F.max_pool2d(padded(x, c['Padding'], -np.inf), c['Kernel'], c['Stride'], ceil_mode=c['CeilMode']), c['shape'])


def average_pool(c, x):
    if uniform(c) is not None:
        return F.avg_pool2d(x, c['Kernel'], c['Stride'], uniform(c), c['CeilMode'], c['CountIncludePad'])
    pool = lambda v: cut(F.avg_pool2d(v, c['Kernel'], c['Stride'], 0, c['CeilMode'], divisor_override=1), c['shape'])
    counted = torch.ones_like(padded(x, c['Padding'], 0.0)) if c['CountIncludePad'] else padded(torch.ones_like(x), c['Padding'], 0.0)
    return pool(padded(x, c['Padding'], 0.0)) / pool(counted)


def norm(c, x):
    p = {name: t(name, (c['Channels'],)) for name in ('weight', 'bias', 'running_mean', 'running_var')}
    variance = (p['running_var'].float() + 1.5).double()
    return F.batch_norm(x, p['running_mean'], variance, p['weight'], p['bias'], False, 0.0, c['Epsilon'])


operators = {
    'Conv2d': conv, 'BatchNorm2d': norm, 'MaxPool2d': max_pool, 'AvgPool2d': average_pool,
    'ReLU': lambda c, x: F.relu(x), 'Add': lambda c, x: x + t('y', c['input']), 'GlobalAveragePool': lambda c, x: x.mean((2, 3)),
    'Linear': lambda c, x: F.linear(x, t('weight', (c['OutFeatures'], c['InFeatures'])), t('bias', (c['OutFeatures'],)) if c['Bias'] else None),
    'Softmax': lambda c, x: F.softmax(x, 1), 'Flatten': lambda c, x: x.flatten(1),
    'Offset': lambda c, x: x + t('bias', (c['Channels'], c['Height'], c['Width']))}
lines = []
for case in map(json.loads, open(sys.argv[1], encoding='utf-8')):
    value = operators[case['op']](case, t('x', case['input']))
    assert list(value.shape) == case['shape'], (case, value.shape)
    lines.append(json.dumps(dict(case, values=[float(f'{v:.9g}') for v in value.flatten().tolist()]), separators=(',', ':'), ensure_ascii=False))
open(sys.argv[2], 'w', encoding='utf-8').write('[\n' + ',\n'.join(lines) + '\n]\n')
