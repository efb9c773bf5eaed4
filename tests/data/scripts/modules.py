"""Whole modules as people save them: pickled, under DataParallel, and TorchScript. One tiny ResNet with weights by formula.

usage: modules.py OUT. Writes OUT/module*.pth, OUT/script.pt and OUT/modules.json (logits in double precision for the formula input)."""
import json, os, sys, zipfile
import torch, torch.nn as nn
import formula


class Block(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, s, 1, bias=False), nn.BatchNorm2d(o)
        self.relu = nn.ReLU(inplace=True)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, s, bias=False), nn.BatchNorm2d(o)) if s != 1 or i != o else nn.Sequential()

    def forward(self, x):
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))) + self.downsample(x))


class TinyResNet(nn.Module):
    """Basic blocks (1, 1), widths 4, 4, 6 (stem first), 3 classes."""
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.relu = nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1, self.layer2 = nn.Sequential(Block(4, 4, 1)), nn.Sequential(Block(4, 6, 2))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(6, 3)

    def forward(self, x):
        return self.fc(torch.flatten(self.avgpool(self.layer2(self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x))))))), 1))


def main(out):
    m = TinyResNet().eval()
    formula.IN_FEATURES[0] = 6
    s = {k: torch.from_numpy(formula.tensor(k, tuple(v.shape), k.startswith('layer') and k.endswith('bn2.weight'))) for k, v in m.state_dict().items() if v.is_floating_point()}
    m.load_state_dict(s, strict=False)
    x = torch.from_numpy(formula.tensor('input', (2, 3, 40, 52)))
    torch.save(m, f'{out}/module.pth')
    torch.save({'epoch': 3, 'model': nn.DataParallel(m)}, f'{out}/module-wrapped.pth')
    torch.jit.script(m).save(f'{out}/full.pt')
    with zipfile.ZipFile(f'{out}/full.pt') as full, zipfile.ZipFile(f'{out}/script.pt', 'w') as kept:  # without source paths
        for entry in full.infolist():
            if not entry.filename.endswith('.debug_pkl'):
                kept.writestr(zipfile.ZipInfo(entry.filename), full.read(entry))
    os.remove(f'{out}/full.pt')
    with torch.no_grad():
        logits = m.double()(x.double())
    json.dump(dict(torch=torch.__version__, logits=logits.tolist()), open(f'{out}/modules.json', 'w'), indent=1)


main(sys.argv[1])
