"""Reads records as lines of hexadecimal digits, and writes each anew, with how Python shows it: a line of JSON."""

import json
import sys

import msgpack

records = []
for line in sys.stdin:
    value = msgpack.unpackb(bytes.fromhex(line), timestamp=3, strict_map_key=False)
    records.append([msgpack.packb(value, datetime=True).hex(), repr(value)])
print(json.dumps(records))
