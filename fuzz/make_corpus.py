"""Small valid files for the fuzzers to start from: the same kinds that people have, a few hundred bytes each.
A weight format's folder has the name that the library gives it (WeightFormat).

usage: python3 make_corpus.py (Debian's python3-torch, python3-pil, python3-numpy), in this folder."""
import argparse, collections, io, json, os, pickle, struct, zipfile
import numpy as np, torch
from PIL import Image

out = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'corpus')


def write(target, name, data):
    os.makedirs(f'{out}/{target}', exist_ok=True)
    open(f'{out}/{target}/{name}', 'wb').write(data)


def safetensors(tensors, metadata=None):
    header, data = ({'__metadata__': metadata} if metadata else {}), b''
    for name, (dtype, array) in tensors.items():
        raw = array.tobytes()
        header[name] = dict(dtype=dtype, shape=list(array.shape), data_offsets=[len(data), len(data) + len(raw)])
        data += raw
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    return struct.pack('<Q', len(text)) + text + data


torch.manual_seed(1)
# The smallest ResNet there is: one stage of one basic block, one channel wide.
one = lambda *shape: ('F32', np.ones(shape, '<f4'))
norm = lambda name: {f'{name}.{k}': one(1) for k in ('weight', 'bias', 'running_mean', 'running_var')}
write('model', 'smallest', safetensors({'conv1.weight': one(1, 1, 7, 7), **norm('bn1'), 'layer1.0.conv1.weight': one(1, 1, 3, 3), **norm('layer1.0.bn1'),
                                        'layer1.0.conv2.weight': one(1, 1, 3, 3), **norm('layer1.0.bn2'), 'fc.weight': one(2, 1), 'fc.bias': one(2)},
                                       dict(format='pt', architecture='resnet', classes='2', labels='["x", "y"]', input_size='[1, 32, 32]', mean='[0.5]', std='[0.5]', interpolation='bilinear', crop='0.875')))
write('model', 'unlabelled', safetensors({'conv1.weight': one(1, 3, 7, 7), **norm('bn1'), 'layer1.0.conv1.weight': one(1, 1, 3, 3), **norm('layer1.0.bn1'),
                                          'layer1.0.conv2.weight': one(1, 1, 3, 3), **norm('layer1.0.bn2'), 'fc.weight': one(2, 1), 'fc.bias': one(2)}))
for name, value in (('timm', dict(architecture='resnet18', num_classes=2, global_pool='avg', pretrained_cfg=dict(input_size=[3, 64, 64], mean=[.5, .5, .5], std=[.25, .25, .25], interpolation='bicubic', crop_pct=.9, crop_mode='center', label_names=['a', 'b']))),
                    ('transformers', dict(model_type='resnet', architectures=['ResNetForImageClassification'], hidden_act='relu', downsample_in_bottleneck=False, id2label={'0': 'a', '1': 'b'})),
                    ('processor', dict(image_processor_type='ConvNextImageProcessor', crop_pct=.875, do_resize=True, do_rescale=True, rescale_factor=1 / 255, do_normalize=True, image_mean=[.5, .5, .5], image_std=[.5, .5, .5], resample=3, size=dict(shortest_edge=224)))):
    write('configuration', name, json.dumps(value).encode())
write('Safetensors', 'plain', safetensors({'fc.weight': ('F32', np.ones((2, 3), '<f4')), 'fc.bias': ('F32', np.ones(2, '<f4'))}))
write('Safetensors', 'kinds', safetensors({'a': ('F16', np.ones((3, 1), '<f2')), 'b': ('F64', np.ones(2, '<f8')), 'c': ('I64', np.ones((), '<i8')), 'd': ('BF16', np.ones((1, 0), '<u2'))}, {'format': 'pt', 'labels': '["x", "y"]'}))
write('Sharded', 'two', json.dumps(dict(metadata=dict(total_size=32), weight_map={'fc.weight': 'part.safetensors', 'fc.bias': 'part.safetensors'})).encode())
state = collections.OrderedDict((('conv1.weight', torch.rand(2, 1, 3, 3)), ('bn1.weight', torch.nn.Parameter(torch.rand(2))), ('fc.bias', torch.rand(4)[1:3]), ('n', torch.tensor(3))))
shapes = {'conv1.weight': (1, 1, 7, 7), 'bn1': None, 'layer1.0.conv1.weight': (1, 1, 3, 3), 'layer1.0.bn1': None, 'layer1.0.conv2.weight': (1, 1, 3, 3), 'layer1.0.bn2': None, 'fc.weight': (2, 1)}
smallest = {name: torch.rand(*shape) for key, value in shapes.items() for name, shape in ([(key, value)] if value else [(f'{key}.{k}', (1,)) for k in ('weight', 'bias', 'running_mean', 'running_var')])}


def save(value, **kw):
    stream = io.BytesIO()
    torch.save(value, stream, **kw)
    return stream.getvalue()


write('TorchZip', 'zip', save(state))
write('TorchZip', 'arrays', save({k: v.detach().numpy() for k, v in state.items()}))
write('TorchZip', 'nested', save(dict(student=dict(net={f'module.{k}': v for k, v in smallest.items()}), teacher=[{f'backbone.{k}': v for k, v in smallest.items()}], opt={0: dict(exp_avg=torch.rand(2))})))
write('TorchStream', 'plain', pickle.dumps(dict(a=torch.rand(2), b=np.ones((2, 1), '>f4')), protocol=4))
write('TorchStream', 'legacy', save(state, _use_new_zipfile_serialization=False))
write('TorchZip', 'protocol4', save(state, pickle_protocol=4))
write('TorchZip', 'training', save(dict(epoch=1, args=argparse.Namespace(lr=.1), best=np.float64(2), state_dict=state, half=torch.rand(3).half().t())))
write('TorchZip', 'module', save(torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))))
stream = io.BytesIO(); torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), stream)
write('TorchScript', 'torchscript', stream.getvalue())

# The same network as a whole module, pickled and scripted. Of an archive, the code is one text, which begins with the name of
# the file that the rest of the archive is.
class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.relu = torch.nn.Conv2d(1, 1, 3, 1, 1, bias=False), torch.nn.BatchNorm2d(1), torch.nn.ReLU()
        self.conv2, self.bn2 = torch.nn.Conv2d(1, 1, 3, 1, 1, bias=False), torch.nn.BatchNorm2d(1)

    def forward(self, x):
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))) + x)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.relu, self.maxpool = torch.nn.Conv2d(1, 1, 7, 2, 3, bias=False), torch.nn.BatchNorm2d(1), torch.nn.ReLU(), torch.nn.MaxPool2d(3, 2, 1)
        self.layer1, self.avgpool, self.fc = torch.nn.Sequential(Block()), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Linear(1, 2)

    def forward(self, x):
        return self.fc(torch.flatten(self.avgpool(self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))), 1))


write('module', 'net', save(Net().eval()))
for kind, module in (('scripted', torch.jit.script(Net().eval())), ('traced', torch.jit.trace(Net().eval(), torch.rand(1, 1, 32, 32)))):
    stream = io.BytesIO(); torch.jit.save(module, stream)
    with zipfile.ZipFile(stream) as full:
        code = [e for e in full.namelist() if e.endswith('.py')]
        write('script', kind, f'#### {kind}\n'.encode() + b''.join(f'#### {e.split("/code/")[1]}\n'.encode() + full.read(e) for e in code))
        rest = io.BytesIO()
        with zipfile.ZipFile(rest, 'w') as kept:
            for e in full.namelist():
                if '/code/' not in e:
                    kept.writestr(zipfile.ZipInfo('archive/' + e.split('/', 1)[1]), full.read(e))
        write('script-archives', kind, rest.getvalue())

pixels = (np.arange(7 * 5 * 3) * 11 % 256).astype(np.uint8).reshape(7, 5, 3)
rgb = Image.fromarray(pixels)
for name, image, kind, kw in (('baseline.jpg', rgb, 'JPEG', {}), ('progressive.jpg', rgb, 'JPEG', dict(progressive=True)), ('cmyk.jpg', rgb.convert('CMYK'), 'JPEG', {}), ('rgb.png', rgb, 'PNG', {}),
                              ('palette.png', rgb.convert('P'), 'PNG', {}), ('lossy.webp', rgb, 'WEBP', {}), ('lossless.webp', rgb, 'WEBP', dict(lossless=True)), ('rgb.bmp', rgb, 'BMP', {}), ('one.gif', rgb, 'GIF', {})):
    stream = io.BytesIO(); image.save(stream, kind, **kw); write('image', name, stream.getvalue())
for name, array in (('f4', np.ones((2, 3, 4, 4), '<f4')), ('rank3', np.ones((3, 2, 2), '<f4'))):
    stream = io.BytesIO(); np.save(stream, array); write('npy', name, stream.getvalue())
for name, save in (('stored', np.savez), ('deflated', np.savez_compressed)):
    stream = io.BytesIO(); save(stream, conv1=np.ones((2, 3, 1, 1), '<f4'), ids=np.arange(4, dtype='<i8'), back=np.asfortranarray(np.ones((2, 3), '>f8'))); write('npz', name, stream.getvalue())


def onnx_model(name, nodes, constants, extents, **attributes):
    """A graph x -> y; needs Debian's python3-onnx."""
    import onnx
    from onnx import helper, numpy_helper
    x, y = helper.make_tensor_value_info('x', 1, extents), helper.make_tensor_value_info('y', 1, None)
    graph = helper.make_graph(nodes, 'net', [x], [y], [numpy_helper.from_array(np.ascontiguousarray(v), k) for k, v in constants.items()])
    write('graph', name, graph.SerializeToString())
    write('Onnx', name, helper.make_model(graph, producer_name='corpus', opset_imports=[helper.make_opsetid('', 17)], **attributes).SerializeToString())


from onnx import helper
node = helper.make_node
f4 = lambda *s: (np.arange(np.prod(s)) % 7 - 3).astype('f4').reshape(s)
onnx_model('block', [node('Conv', ['x', 'w'], ['a'], pads=[1, 1, 1, 1], strides=[2, 2]), node('BatchNormalization', ['a', 's', 's', 's', 'v'], ['b']), node('Relu', ['b'], ['c']), node('MaxPool', ['c'], ['d'], kernel_shape=[2, 2], strides=[2, 2]),
                     node('Add', ['c', 'c'], ['e']), node('GlobalAveragePool', ['e'], ['f']), node('Flatten', ['f'], ['g']), node('Gemm', ['g', 'm', 'k'], ['y'], transB=1)],
           dict(w=f4(2, 3, 3, 3), s=f4(2), v=np.ones(2, 'f4'), m=f4(2, 2), k=f4(2)), ['N', 3, 'H', 'W'])
onnx_model('view', [node('Sub', ['x', 'mean'], ['p']), node('ReduceMean', ['p'], ['q'], axes=[2, 3]), node('Shape', ['q'], ['r']), node('Gather', ['r', 'zero'], ['t']), node('Unsqueeze', ['t', 'axes'], ['u']),
                    node('Concat', ['u', 'rest'], ['o'], axis=0), node('Reshape', ['q', 'o'], ['z']), node('MatMul', ['z', 'm'], ['n']), node('Add', ['n', 'k'], ['l']), node('Softmax', ['l'], ['y'])],
           dict(mean=f4(3, 1, 1), zero=np.array(0), axes=np.array([0]), rest=np.array([-1]), m=f4(3, 2).astype('f2'), k=f4(2)), [1, 3, 8, 8])
onnx_model('input', [node('Split', ['x'], ['r', 'g', 'b'], axis=1), node('Concat', ['b', 'g', 'r'], ['c'], axis=1), node('Pad', ['c', 'pads'], ['d']), node('Conv', ['d', 'w'], ['e'], auto_pad='SAME_UPPER', strides=[2, 2]), node('AveragePool', ['e'], ['y'], kernel_shape=[2, 2], count_include_pad=1)],
           dict(pads=np.array([0, 0, 1, 1, 0, 0, 1, 1]), w=f4(2, 3, 2, 2)), [1, 3, 8, 8])
