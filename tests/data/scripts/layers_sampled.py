"""Samples the full layer files (layers.py's output) down to what the tests always have: for each node its shape, largest magnitude and 48 values.

usage: layers_sampled.py FOLDER OUT.json. Value i is taken at flat index (i * 2654435761 + 12345) mod size."""
import json, struct, sys
import numpy as np

out = {}
for name in ('chelsea-224x224', 'rocket-97x131'):
    data = open(f'{sys.argv[1]}/{name}.safetensors', 'rb').read()
    length = struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:8 + length])
    out[name] = {}
    for node, entry in header.items():
        if node in ('__metadata__', 'input'):
            continue
        begin, end = (8 + length + o for o in entry['data_offsets'])
        values = np.frombuffer(data[begin:end], '<f4')
        at = (np.arange(48, dtype=np.uint64) * np.uint64(2654435761) + np.uint64(12345)) % np.uint64(values.size)
        out[name][node] = dict(shape=entry['shape'], largest=float(np.abs(values).max()), values=[float(f'{v:.9g}') for v in values[at]])
json.dump(out, open(sys.argv[2], 'w'), separators=(',', ':'))
