"""ResNets whose single layers differ from the usual, as whole modules: pickled (.pth), scripted (.script.pt) and traced (.trace.pt). torchvision's own classes,
four channels wide, weights by formula.

usage: variations.py OUT. Writes OUT/KIND.pth, OUT/KIND.script.pt, OUT/KIND.trace.pt, and OUT/expected.json: each kind's logits in double precision for the formula
input 2×3×72×88."""
import collections, io, json, sys, warnings, zipfile
import torch, torch.nn as nn, torch.nn.functional as F
from torchvision.models.resnet import ResNet, BasicBlock, Bottleneck
import formula

warnings.simplefilter('ignore')


def network(block=BasicBlock, dilate=(False, False, False), relu=nn.ReLU):
    """torchvision's ResNet with one block a stage; its constructor only makes wide ones."""
    m = ResNet.__new__(ResNet)
    nn.Module.__init__(m)
    m._norm_layer, m.inplanes, m.dilation, m.groups, m.base_width = nn.BatchNorm2d, 4, 1, 1, 64
    m.conv1, m.bn1, m.relu, m.maxpool = nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
    m.layer1 = m._make_layer(block, 4, 1)
    m.layer2, m.layer3, m.layer4 = (m._make_layer(block, w, 1, stride=2, dilate=d) for w, d in zip((6, 4, 6), dilate))
    m.avgpool, m.fc = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(6 * block.expansion, 3)
    return m


def change(m, **layers):
    """Sets modules, or attributes of modules, by dotted name."""
    for name, value in layers.items():
        *path, last = name.split('__')
        target = m
        for step in path:
            target = target[int(step)] if step.isdigit() else getattr(target, step)
        setattr(target, last, value)
    return m


def pool(**kw):
    return nn.MaxPool2d(**dict(dict(kernel_size=3, stride=2, padding=1), **kw))


class Wrapper(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)


def stack(**modules):
    return nn.Sequential(collections.OrderedDict(modules))


class Functional(nn.Module):
    """As people write them: a class of their own, functions instead of modules, a view for flatten."""
    def __init__(self, m):
        super().__init__()
        self.conv1, self.bn1, self.layer1, self.layer2, self.layer3, self.layer4, self.fc = m.conv1, m.bn1, m.layer1, m.layer2, m.layer3, m.layer4, m.fc

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).view(x.size(0), -1))


def all_norms(m, eps):
    for n in m.modules():
        if isinstance(n, nn.BatchNorm2d):
            n.eps = eps
    return m


def all_relus(m, make):
    for n in m.modules():
        if isinstance(getattr(n, 'relu', None), nn.ReLU):
            n.relu = make()
    return m


def circular(m):
    m.layer2[0].conv2 = nn.Conv2d(6, 6, 3, 1, 1, bias=False, padding_mode='circular')
    return m


def v1(m):
    return change(m, layer2__0__conv1__stride=(2, 2), layer2__0__conv2__stride=(1, 1), layer3__0__conv1__stride=(2, 2), layer3__0__conv2__stride=(1, 1))


def same(m):
    m.layer2[0].conv2 = nn.Conv2d(6, 6, 3, 1, 'same', dilation=2, bias=False)
    return m


def down_relu(m):
    m.layer2[0].downsample.add_module('2', nn.ReLU())
    return m


def mid_avg(m):
    m.layer3.add_module('pool', nn.AdaptiveAvgPool2d(1))
    return m


def ordered(names, **layers):
    """The network's modules in a Sequential, in an order of choice."""
    m = change(network(), flatten=nn.Flatten(), tail=nn.ReLU(), **layers)
    return stack(**{n: getattr(m, n) for n in names.split()})


# kind: (how it is made, the ways it is saved: p pickled, s scripted, t traced)
KINDS = {
    'plain': (lambda: network(), 'pst'),
    'bottleneck': (lambda: network(Bottleneck), 'ps'),
    'dilated': (lambda: network(Bottleneck, (False, True, True)), 'pst'),
    'v1': (lambda: v1(network(Bottleneck)), 'ps'),
    'stem_stride': (lambda: change(network(), conv1__stride=(1, 1)), 'ps'),
    'no_pool': (lambda: change(network(), maxpool=nn.Identity()), 'pst'),
    'ceil_mode': (lambda: change(network(), maxpool=pool(ceil_mode=True)), 'ps'),
    'eps': (lambda: all_norms(network(), .1), 'pst'),
    'same': (lambda: same(network()), 'ps'),
    'no_relu': (lambda: change(network(), relu=nn.Identity()), 'ps'),
    'functional': (lambda: Functional(network()), 'pst'),
    'leaky': (lambda: all_relus(network(), lambda: nn.LeakyReLU(.2)), 'ps'),
    'silu': (lambda: all_relus(network(), nn.SiLU), 'pst'),
    'relu6': (lambda: change(network(), layer3__0__relu=nn.ReLU6()), 'pt'),
    'max_head': (lambda: change(network(), avgpool=nn.AdaptiveMaxPool2d(1)), 'ps'),
    'circular': (lambda: circular(network()), 'ps'),
    'oblong_stride': (lambda: change(network(), layer2__0__conv1__stride=(2, 1), layer2__0__downsample__0__stride=(2, 1)), 'ps'),
    'return_indices': (lambda: change(network(), maxpool=pool(return_indices=True)), 'p'),
    'softmax': (lambda: stack(model=network(), softmax=nn.Softmax(1)), 'pst'),
    'wrapped': (lambda: Wrapper(network(Bottleneck, (False, False, True))), 'pst'),
    'data_parallel': (lambda: nn.DataParallel(change(network(), conv1__stride=(1, 1))), 'p'),
    'stacked': (lambda: stack(first=nn.Identity(), model=network(), last=nn.Dropout(.5)), 'ps'),
    'two_layers': (lambda: change(network(), fc=nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Dropout(.5), nn.Linear(5, 3))), 'pst'),
    'two_linear': (lambda: change(network(), fc=nn.Sequential(nn.Linear(6, 5), nn.Linear(5, 3))), 'pst'),
    'tanh_head': (lambda: change(network(), fc=nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3))), 'pst'),
    'headless': (lambda: change(network(), fc=nn.Identity()), 'pst'),
    'children': (lambda: nn.Sequential(*list(network().children())[:-1]), 'pst'),
    'swapped': (lambda: Swapped(network()), 'st'),
    'down_relu': (lambda: down_relu(network()), 'p'),
    'mid_avg': (lambda: mid_avg(network()), 'p'),
    'head_order': (lambda: change(network(), fc=nn.Sequential(nn.Linear(6, 5), nn.Linear(5, 3), nn.ReLU())), 'p'),
    'seq_order': (lambda: ordered('conv1 relu bn1 maxpool layer1 layer2 layer3 layer4 avgpool flatten fc'), 'p'),
    'seq_pool_late': (lambda: ordered('conv1 bn1 relu layer1 layer2 layer3 maxpool layer4 avgpool flatten fc'), 'p'),
    'seq_tail_relu': (lambda: ordered('conv1 bn1 relu maxpool layer1 layer2 layer3 layer4 avgpool flatten fc tail'), 'p'),
    'seq_nopool': (lambda: nn.Sequential(*list(network().children())[:-2]), 'p'),
    'seq_head': (lambda: ordered('conv1 bn1 maxpool relu layer1 layer2 layer3 layer4 tail avgpool flatten fc', fc=nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))), 'p'),
}


class Swapped(nn.Module):
    """The usual modules, called in another order."""
    def __init__(self, m):
        super().__init__()
        self.model = m

    def forward(self, x):
        m = self.model
        x = m.relu(m.maxpool(m.bn1(m.conv1(x))))
        x = m.layer4(m.layer3(torch.tanh(m.layer2(m.layer1(x)))))
        return m.fc(torch.flatten(m.avgpool(x), 1))


def repack(data, path):
    """The archive without source paths, compressed."""
    with zipfile.ZipFile(io.BytesIO(data)) as full, zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as kept:
        for entry in full.infolist():
            if not entry.filename.endswith('.debug_pkl') and full.getinfo(entry.filename).file_size:
                info = zipfile.ZipInfo(entry.filename)
                info.compress_type = zipfile.ZIP_DEFLATED
                kept.writestr(info, full.read(entry))


def saved(save):
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def main(out):
    expected = {}
    x = torch.from_numpy(formula.tensor('input', (2, 3, 72, 88)))
    for kind, (make, ways) in KINDS.items():
        m = make().eval()
        names = {k: k.removeprefix('module.').removeprefix('model.') for k in m.state_dict()}
        formula.IN_FEATURES[0] = next((v.shape[1] for k, v in m.state_dict().items() if k.endswith('fc.weight')), 6)
        last = 'bn3.weight' if any('bn3' in k for k in names) else 'bn2.weight'
        m.load_state_dict({k: torch.from_numpy(formula.tensor(n, tuple(v.shape), n.startswith('layer') and n.endswith(last))) for (k, v), n in zip(m.state_dict().items(), names.values()) if v.is_floating_point()}, strict=False)
        if 'p' in ways:
            repack(saved(lambda s: torch.save(m, s)), f'{out}/{kind}.pth')
        if 's' in ways:
            repack(saved(lambda s: torch.jit.save(torch.jit.script(m), s)), f'{out}/{kind}.script.pt')
        if 't' in ways:
            repack(saved(lambda s: torch.jit.save(torch.jit.trace(m, x), s)), f'{out}/{kind}.trace.pt')
        with torch.no_grad():
            try:
                expected[kind] = m.double()(x.double()).flatten(1).tolist()
            except (RuntimeError, TypeError, AttributeError):
                expected[kind] = None
    json.dump(dict(torch=torch.__version__, logits=expected), open(f'{out}/expected.json', 'w'), indent=1)


if __name__ == '__main__':
    main(sys.argv[1])
