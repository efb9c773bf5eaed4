"""Exports of a small ResNet by torch.onnx as people make them, with the logits that each must give.

usage: onnx_exports.py FOLDER. Writes FOLDER/*.onnx and FOLDER/expected.json: {name: logits or "refused"} for the input that FOLDER/input.f32 holds (2x3x64x64).
(Debian's python3-torch 1.13, python3-torchvision, python3-onnx, python3-numpy.)"""
import json, sys
import numpy as np, onnx, torch
from torch.onnx import TrainingMode
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

folder = sys.argv[1]
images = torch.from_numpy(np.fromfile(f'{folder}/input.f32', '<f4').reshape(2, 3, 64, 64))
torch.manual_seed(7)
expected = {}


class View(torch.nn.Module):
    """The head as it was written before nn.Flatten."""

    def __init__(self, body):
        super().__init__()
        self.body, self.fc = torch.nn.Sequential(*list(body.children())[:-1]), body.fc

    def forward(self, x):
        x = self.body(x)
        return self.fc(x.view(x.size(0), -1))


class Normalized(torch.nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body
        self.register_buffer('mean', torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer('std', torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))

    def forward(self, x):
        return self.body((x[:, [2, 1, 0]] - self.mean) / self.std).softmax(1)


class PreActivation(torch.nn.Module):
    """Norm and ReLU before each convolution (He et al. 2016), and a norm at the input."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.norm0, self.stem = nn.BatchNorm2d(3), nn.Conv2d(3, 8, 3, 2, 1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(8) for _ in range(5)])
        self.convs = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1, bias=False) for _ in range(4)])
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = self.stem(self.norm0(x))
        for i in (0, 2):
            y = self.convs[i](self.norms[i](x).relu())
            x = x + self.convs[i + 1](self.norms[i + 1](y).relu())
        return self.fc(self.norms[4](x).relu().mean((2, 3)))


class Before(torch.nn.Module):
    """A network behind some code of its own, and before some."""

    def __init__(self, body, before=lambda x: x, behind=lambda y: y):
        super().__init__()
        self.body, self.before, self.behind = body, before, behind

    def forward(self, x):
        return self.behind(self.body(self.before(x)))


class Embedding(torch.nn.Module):
    """Features as networks for faces and people have them: a norm of one dimension behind the pooling."""

    def __init__(self):
        super().__init__()
        self.stem, self.norm, self.fc = torch.nn.Conv2d(3, 8, 3, 2, 1), torch.nn.BatchNorm1d(8), torch.nn.Linear(8, 5)
        self.norm.running_mean.normal_(0, 0.3)
        self.norm.running_var.uniform_(0.5, 1.5)

    def forward(self, x):
        x = torch.nn.functional.pad(self.stem(x).relu(), (1, 1, 1, 1))
        return self.fc(self.norm(torch.nn.functional.avg_pool2d(x, 3, 2).mean((2, 3), keepdim=True)[:, :, 0, 0])) / 2


def random(model):
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.3)
    return model.eval()


def save(name, model, opset, dynamic=True, refused=False, **kw):
    axes = dict(dynamic_axes={'x': {0: 'N', 2: 'H', 3: 'W'}, 'y': {0: 'N'}}) if dynamic else {}
    torch.onnx.export(model, images, f'{folder}/{name}.onnx', input_names=['x'], output_names=['y'], opset_version=opset, **axes, **kw)
    onnx.checker.check_model(f'{folder}/{name}.onnx')
    expected[name] = 'refused' if refused else model.eval().double()(images.double()).tolist()
    model.float()


basic = random(ResNet(BasicBlock, [1, 1, 1, 1], num_classes=5))
for opset in (9, 11, 13, 15, 17):
    save(f'folded-{opset}', basic, opset)
    save(f'kept-{opset}', basic, opset, training=TrainingMode.PRESERVE, do_constant_folding=False)
    save(f'unfolded-{opset}', View(basic).eval(), opset, dynamic=opset != 13, do_constant_folding=False)
save('fixed', basic, 13, dynamic=False)
save('no-initialisers-as-inputs', basic, 9, keep_initializers_as_inputs=True)
save('training', basic, 13, refused=True, training=TrainingMode.TRAINING, do_constant_folding=False)
basic.eval()
save('bottleneck', random(ResNet(Bottleneck, [1, 1, 1, 1], groups=2, width_per_group=32, num_classes=5)), 14)
save('dilated', random(ResNet(Bottleneck, [1, 1, 2, 1], num_classes=5, replace_stride_with_dilation=[False, True, True])), 14)
save('normalized', Normalized(basic).eval(), 17)
save('preactivation', random(PreActivation()), 16)
mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
for opset in (11, 17):
    save(f'embedding-{opset}', Embedding().eval(), opset)
    save(f'expand-{opset}', Before(basic, lambda x: x[:, :1].expand(-1, 3, -1, -1)).eval(), opset)
    save(f'repeat-{opset}', Before(basic, lambda x: x[:, 1:2].repeat(1, 3, 1, 1)).eval(), opset)
    save(f'grey-{opset}', Before(basic, lambda x: (x[:, 2:] - mean) / 0.3, lambda y: y * 0.5 + 1).eval(), opset)
    save(f'flip-{opset}', Before(basic, lambda x: x.flip(1) - mean).eval(), opset)
save('external', basic, 17)
model = onnx.load(f'{folder}/external.onnx')
onnx.save_model(model, f'{folder}/external.onnx', save_as_external_data=True, all_tensors_to_one_file=True, location='external.bin', size_threshold=100)
json.dump(expected, open(f'{folder}/expected.json', 'w'))
