"""Graphs of preprocessing as ONNX files, with what NumPy makes of one image.

usage: preprocess.py OUT   (Debian: python3-onnx, python3-numpy). Writes OUT/NAME.onnx, and OUT/expected.json: the image (5x7, R G B R G B ...), the values of each graph in double, rounded once
(N x C x H x W, row-major), and the graphs that are refused."""
import json, sys
import numpy as np, onnx
from onnx import TensorProto, helper as h, numpy_helper as nh

H, W, OUT = 5, 7, sys.argv[1] + '/'
random = np.random.RandomState(3)
image = random.randint(0, 256, (H, W, 3))
image[0, 0] = (0, 128, 255)
mean_image = (random.rand(1, 3, H, W) * 255).astype('f4')
mean_image[0, :, 0, 0] = (255, 128, 0.5)
mean, std = (np.array(v, 'f4').reshape(1, 3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
pixels = image.transpose(2, 0, 1)[None].astype('f8')
expected = {}


def save(name, nodes, constants, channels=3, size=(H, W), inputs=('images',), outputs=('result',)):
    value = lambda n: h.make_tensor_value_info(n, TensorProto.FLOAT, ['n', channels, *size])
    graph = h.make_graph([h.make_node(op, i, o, name=f'{op.lower()}_{k}', **a) for k, (op, i, o, a) in enumerate(nodes)], name, [value(i) for i in inputs], [value(o) for o in outputs],
                         [nh.from_array(np.asarray(c), n) for n, c in constants.items()])
    model = h.make_model(graph, opset_imports=[h.make_opsetid('', 13)], producer_name='preprocess.py')
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, OUT + name + '.onnx')


def works(name, nodes, constants, values, **options):
    save(name, nodes, constants, **options)
    expected[name] = values.astype('f4').flatten().tolist()


f4 = lambda *v: np.array(v, 'f4')
d = lambda c: np.asarray(c).astype('f8')
channel = lambda *v: f4(*v).reshape(1, 3, 1, 1)

# An image of means, of BGR.
works('mean-image', [('Split', ['images'], ['r', 'g', 'b'], dict(axis=1)), ('Concat', ['b', 'g', 'r'], ['bgr'], dict(axis=1)), ('Sub', ['bgr', 'mean'], ['result'], {})],
      dict(mean=mean_image), pixels[:, ::-1] - d(mean_image))
# The same of numbers from 0 to 1, scaled a channel, in an order that is not its own inverse.
scale, shift, unit = channel(2, 4, 0.5), channel(0.25, 0.5, 0.75), (mean_image / 256)
works('mean-image-scaled', [('Gather', ['images', 'order'], ['turned'], dict(axis=1)), ('Div', ['turned', 'most'], ['unit'], {}), ('Sub', ['unit', 'mean'], ['less'], {}),
                            ('Mul', ['less', 'scale'], ['scaled'], {}), ('Add', ['scaled', 'shift'], ['result'], {})],
      dict(order=np.array([1, 2, 0]), most=f4(256), mean=unit, scale=scale, shift=shift), (pixels[:, [1, 2, 0]] / 256 - d(unit)) * d(scale) + d(shift))
# ImageNet's numbers, as people write them.
works('imagenet', [('Div', ['images', 'most'], ['unit'], {}), ('Sub', ['unit', 'mean'], ['centred'], {}), ('Div', ['centred', 'std'], ['result'], {})],
      dict(most=f4(255), mean=mean, std=std), (pixels / 255 - d(mean)) / d(std))
# Caffe's: BGR, a number a channel from the pixels; of images of any size.
bgr = channel(103.939, 116.779, 123.68)
works('caffe', [('Gather', ['images', 'order'], ['bgr'], dict(axis=1)), ('Sub', ['bgr', 'mean'], ['result'], {})], dict(order=np.array([2, 1, 0]), mean=bgr), pixels[:, ::-1] - d(bgr),
      size=('h', 'w'))
# From -1 to 1, of images of any size.
works('symmetric', [('Mul', ['images', 'scale'], ['two'], {}), ('Sub', ['two', 'one'], ['result'], {})], dict(scale=f4(1 / 127.5).reshape(()), one=f4(1).reshape(())),
      pixels * d(f4(1 / 127.5)) - 1, size=('h', 'w'))
# A batch norm before all else, of an input of one channel. Pillow's luminance is not what is tested here: the image is grey.
works('grey', [('BatchNormalization', ['images', 'weight', 'bias', 'mean', 'var'], ['result'], dict(epsilon=0.25))], dict(weight=f4(3), bias=f4(0.5), mean=f4(127), var=f4(2)),
      (pixels[:, :1] - 127) / 1.5 * 3 + 0.5, channels=1)
# Nothing but another order.
works('order', [('Split', ['images'], ['r', 'g', 'b'], dict(axis=1)), ('Concat', ['g', 'b', 'r'], ['result'], dict(axis=1))], {}, pixels[:, [1, 2, 0]])

save('relu', [('Sub', ['images', 'mean'], ['less'], {}), ('Relu', ['less'], ['result'], {})], dict(mean=bgr))
save('negative', [('Neg', ['images'], ['result'], {})], {})
save('inverted', [('Sub', ['most', 'images'], ['result'], {})], dict(most=f4(255)))
save('zero', [('Mul', ['images', 'scale'], ['result'], {})], dict(scale=channel(1, 0, 1)))
save('infinite', [('Sub', ['images', 'mean'], ['result'], {})], dict(mean=np.where(mean_image > 250, np.inf, mean_image).astype('f4')))
save('twice', [('Gather', ['images', 'order'], ['result'], dict(axis=1))], dict(order=np.array([0, 0, 2])))
save('squared', [('Mul', ['images', 'images'], ['result'], {})], {})
save('two-inputs', [('Add', ['images', 'others'], ['result'], {})], {}, inputs=('images', 'others'))
save('two-outputs', [('Sub', ['images', 'mean'], ['result'], {}), ('Identity', ['images'], ['same'], {})], dict(mean=bgr), outputs=('result', 'same'))
save('resized', [('Resize', ['images', '', 'scales'], ['result'], dict(mode='linear'))], dict(scales=f4(1, 1, 1, 1)))
json.dump(dict(height=H, width=W, pixels=image.flatten().tolist(), values=expected), open(OUT + 'expected.json', 'w'), separators=(',', ':'))
