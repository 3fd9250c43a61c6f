#!/usr/bin/env python3
"""Makes one file of a packaged joulemark for a machine that has only Python with torch: no Node, no network, no xz, no root.

    npm run package -- --only x64
    python3 scripts/prove/carry.py dist/joulemark-VERSION-linux-x64.tar.xz

The file is an archive that Python runs (zipapp): it unpacks itself and starts `joulemark prove`. The same archive gives the same
bytes. Standard library only.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import hashlib
import json
import re
import zipfile
from pathlib import Path

NAME = re.compile(r"(joulemark-[\w.-]+-linux-(x64|arm64))\.tar\.xz")
MAX_BYTES = 60_000_000


def parse_args():
    parser = argparse.ArgumentParser(description="one file that Python runs, from a packaged joulemark")
    parser.add_argument("archive", type=Path, help="joulemark-VERSION-linux-ARCH.tar.xz of `npm run package`")
    parser.add_argument("--out", type=Path, help="default: beside the archive, with the ending .pyz")
    return parser.parse_args()


def add(file, name, content):
    # a fixed time and fixed rights: the same content gives the same bytes
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o644 << 16
    file.writestr(info, content)


def main():
    args = parse_args()
    named = NAME.fullmatch(args.archive.name)
    if named is None:
        sys.exit(f"{args.archive}: expected joulemark-VERSION-linux-ARCH.tar.xz, as `npm run package` names it")
    try:
        archive = args.archive.read_bytes()
    except OSError as error:
        sys.exit(f"{args.archive}: {error.strerror}; `npm run package -- --only {named[2]}` makes it")
    folder, digest = named[1], hashlib.sha256(archive).hexdigest()
    out = args.out or args.archive.with_name(f"{folder}.pyz")
    with out.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
            add(packed, "__main__.py", Path(__file__).with_name("carried.py").read_bytes())
            add(packed, "carried.json", json.dumps({"folder": folder, "arch": named[2], "sha256": digest}))
            add(packed, "archive.tar.xz", archive)
    size = out.stat().st_size
    if size >= MAX_BYTES:
        sys.exit(f"{out}: {size / 1e6:.1f} MB, above {MAX_BYTES / 1e6:.0f} MB")
    print(
        f"""{out}: {size / 1e6:.1f} MB, sha256 of the archive in it {digest}

Copy it to the machine, which needs Python 3.10 or newer with torch, transformers and peft. There, in a folder that can be written:

  python3 {out.name}

It unpacks itself into {folder}/ and runs `joulemark prove --python python3` (20 minutes). Flags of `prove` may follow, such as --quick.
At the end it names what to bring back, from joulemark-proof/. Only to unpack it, and use any other command:

  python3 {out.name} --unpack
  {folder}/bin/joulemark doctor"""
    )


if __name__ == "__main__":
    main()
