"""Reads a safetensors file by json and numpy alone into torchvision's model, and prints the logits of an input in double precision.

usage: torchvision_logits.py MODEL.safetensors INPUT.f32 N C H W. The architecture and the class count come from the file's metadata."""
import json, struct, sys
import numpy as np, torch, torchvision

path, source, *shape = sys.argv[1:]
raw = open(path, 'rb').read()
length, = struct.unpack('<Q', raw[:8])
header = json.loads(raw[8:8 + length])
metadata = header.pop('__metadata__')
data = memoryview(raw)[8 + length:]
types = {'F32': np.float32, 'F16': np.float16}
state = {}
for name, entry in header.items():
    begin, end = entry['data_offsets']
    state[name] = torch.from_numpy(np.frombuffer(data[begin:end], types[entry['dtype']]).reshape(entry['shape']).astype(np.float64))
model = getattr(torchvision.models, metadata['architecture'])(num_classes=int(metadata['classes'])).double().eval()
missing, unexpected = model.load_state_dict(state, strict=False)
assert not unexpected and all(n.endswith('num_batches_tracked') for n in missing), (missing, unexpected)
x = np.fromfile(source, np.float32).reshape([int(s) for s in shape])
with torch.no_grad():
    print(json.dumps(model(torch.from_numpy(x).double()).tolist()))
