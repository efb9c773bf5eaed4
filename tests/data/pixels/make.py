"""Small images of every kind that the decoder must read exactly, and the SHA-256 of their RGB pixels.

usage: make.py CHELSEA.png, in this folder. PNG files are written by hand, so that their pixels are known; the others by Pillow, read back by it.
"""
import hashlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageCms

H, W = 13, 19
photograph = Image.open(sys.argv[1]).convert('RGB').resize((W, H), Image.BICUBIC)
rgb = np.asarray(photograph).astype(int)
grey = np.asarray(photograph.convert('L')).astype(int)
random = np.random.default_rng(1)
alpha = random.integers(0, 256, (H, W))
alpha[0] = 0
rgb16, grey16 = (a * 256 + random.integers(0, 256, a.shape) for a in (rgb, grey))
digests = {}


def record(name, pixels):
    digests[name] = hashlib.sha256(np.ascontiguousarray(pixels).astype('u1').tobytes()).hexdigest()


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def pack(row, depth):
    if depth >= 8:
        return row.astype('>u2' if depth == 16 else 'u1').tobytes()
    bits = ''.join(format(int(v), f'0{depth}b') for v in row)
    bits += '0' * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, 'big')


def png(name, samples, depth, colour, expected, chunks=(), palette=None, interlaced=False):
    adam7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b''
    for y, x, dy, dx in adam7 if interlaced else [(0, 0, 1, 1)]:
        part = samples[y::dy, x::dx]
        rows += b''.join(b'\0' + pack(row.reshape(-1), depth) for row in part) if part.size else b''
    data = b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', W, H, depth, colour, 0, 0, int(interlaced)))
    data += b''.join(chunk(k, d) for k, d in chunks if k != b'tRNS')
    data += chunk(b'PLTE', palette.astype('u1').tobytes()) if palette is not None else b''
    data += b''.join(chunk(k, d) for k, d in chunks if k == b'tRNS')
    data += chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')
    open(name, 'wb').write(data)
    record(name, expected)


def saved(name, image, expected=None, **options):
    image.save(name, **options)
    record(name, Image.open(name).convert('RGB') if expected is None else expected)


def three(plane):
    return np.repeat(plane[..., None], 3, 2)


gamma = [(b'gAMA', struct.pack('>I', 100000)), (b'cHRM', struct.pack('>8I', 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))]
one = (b'tRNS', struct.pack('>H', 1))
png('rgb-interlaced.png', rgb, 8, 2, rgb, interlaced=True)
png('rgb-transparent.png', rgb, 8, 2, rgb, [(b'tRNS', struct.pack('>3H', *map(int, rgb[3, 3])))])
png('rgb-gamma.png', rgb, 8, 2, rgb, gamma)
png('rgba-gamma-interlaced.png', np.dstack([rgb, alpha]), 8, 6, rgb, gamma, interlaced=True)
png('rgb16.png', rgb16, 16, 2, rgb)
png('rgb16-gamma-interlaced.png', rgb16, 16, 2, rgb, gamma, interlaced=True)
png('rgb16-transparent.png', rgb16, 16, 2, rgb, [(b'tRNS', struct.pack('>3H', *map(int, rgb16[3, 3])))])
png('rgba16.png', np.dstack([rgb16, alpha * 257]), 16, 6, rgb)
png('grey16.png', grey16, 16, 0, three(grey))
png('grey16-transparent.png', grey16, 16, 0, three(grey), [(b'tRNS', struct.pack('>H', int(grey16[3, 3])))])
png('grey-alpha16.png', np.dstack([grey16, alpha * 257]), 16, 4, three(grey))
for depth in (1, 2, 4):
    levels, scale, palette = grey >> (8 - depth), 255 // (2 ** depth - 1), random.integers(0, 256, (2 ** depth, 3))
    png(f'grey{depth}.png', levels, depth, 0, three(levels * scale))
    png(f'grey{depth}-transparent-interlaced.png', levels, depth, 0, three(levels * scale), [one], interlaced=True)
    png(f'palette{depth}-transparent.png', levels, depth, 3, palette[levels], [(b'tRNS', bytes([0, 128]))], palette)
palette = random.integers(0, 256, (256, 3))
png('palette8-transparent-gamma.png', grey, 8, 3, palette[grey], [*gamma, (b'tRNS', bytes(range(256)))], palette)

translucent = photograph.convert('RGBA')
translucent.putalpha(Image.fromarray(alpha.astype('u1')))
indexed = photograph.convert('P', palette=Image.ADAPTIVE)
saved('alpha-lossy.webp', translucent, quality=80)
saved('alpha-lossless.webp', translucent, lossless=True, exact=True)
saved('animated.webp', photograph, save_all=True, append_images=[photograph.transpose(0)])
# A profile with red and blue exchanged: whoever applies it shows it.
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes().replace(b'rXYZ', b'tXYZ').replace(b'bXYZ', b'rXYZ').replace(b'tXYZ', b'bXYZ')
for extension in ('jpg', 'png', 'webp'):
    saved(f'profile.{extension}', photograph, icc_profile=profile)
saved('rgba.bmp', translucent)
saved('palette.bmp', indexed)
saved('grey.bmp', photograph.convert('L'))
saved('bilevel.bmp', photograph.convert('1'))
saved('one-pixel.jpg', photograph.crop((0, 0, 1, 1)))
saved('progressive-grey.jpg', photograph.convert('L'), progressive=True)
saved('cmyk-progressive.jpg', photograph.convert('CMYK'), progressive=True)
saved('transparent.gif', indexed, indexed.convert('RGB'), transparency=int(np.asarray(indexed)[3, 3]))
saved('interlaced.gif', indexed, interlace=1)
with open('pixels.sha256', 'w') as out:
    out.write('# made by make.py: SHA-256 of the RGB bytes, file\n')
    out.writelines(f'{digests[name]} {name}\n' for name in sorted(digests))
