"""Unpacks the joulemark that this file carries, and runs its proof with the Python that runs this. Standard library only."""

import argparse
import hashlib
import io
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

# what a folder was unpacked from
MARK = "carried.sha256"
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def refuse(words, code=2):
    print(words, file=sys.stderr)
    sys.exit(code)


def parse_args():
    parser = argparse.ArgumentParser(
        prog=f"python3 {Path(sys.argv[0]).name}",
        allow_abbrev=False,
        description="Unpacks joulemark and runs `joulemark prove`. Further flags are those of `prove`, such as --quick.",
    )
    parser.add_argument("--into", type=Path, default=Path("."), help="folder to unpack into (default: this one)")
    parser.add_argument("--out", type=Path, default=Path("joulemark-proof"), help="folder for the proof (default: joulemark-proof)")
    parser.add_argument("--unpack", action="store_true", help="only unpack")
    return parser.parse_known_args()


def unpacked(into):
    """The folder of joulemark, unpacked whole or not at all; what is there already of this file is taken."""
    with zipfile.ZipFile(sys.argv[0]) as carried:
        facts = json.loads(carried.read("carried.json"))
        here = MACHINES.get(platform.machine().lower(), platform.machine())
        if here != facts["arch"]:
            refuse(f"this file is for {facts['arch']}, and this machine is {here}: `npm run package -- --only {here}` makes another")
        folder = into / facts["folder"]
        if folder.exists():
            if (folder / MARK).exists() and (folder / MARK).read_text() == facts["sha256"]:
                return folder
            refuse(f"{folder} is another joulemark: remove it, or name another folder with --into")
        archive = carried.read("archive.tar.xz")
    if hashlib.sha256(archive).hexdigest() != facts["sha256"]:
        refuse("this file is damaged: copy it again")
    into.mkdir(parents=True, exist_ok=True)
    part = tempfile.mkdtemp(prefix=".joulemark-", dir=into)
    try:
        # lzma of Python: the machine may have no xz
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:xz") as tar:
            tar.extractall(part, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        (Path(part) / facts["folder"] / MARK).write_text(facts["sha256"])
        os.rename(Path(part) / facts["folder"], folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def environment(joulemark, into):
    """The environment of the proof, with a key to sign it: that of the user where there is one, or a new one beside the program."""
    env = dict(os.environ)
    if env.get("JOULEMARK_KEY") or Path("~/.config/joulemark/signing-key.pem").expanduser().exists():
        return env
    key = (into / "joulemark-signing-key.pem").resolve()
    if not key.exists():
        subprocess.run([joulemark, "key", "new", "--out", key], check=True, stdout=sys.stderr)
    return {**env, "JOULEMARK_KEY": str(key)}


def run(command, env):
    """Runs a command to its end. When this is to end, it ends by itself, and says what becomes of its work."""
    child = subprocess.Popen(command, env=env)
    # a terminal sends these to both: the child must not get them twice
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _: child.send_signal(number))
    return child.wait()


def bring_back(out):
    """Names what a proof left, in its newest folder: the bundle, which holds everything, and the page to read at once."""
    folders = sorted(each for each in out.glob("*") if (each / "proof.json").exists())
    if not folders:
        return
    files = [each for each in (folders[-1] / "bundle.tar", folders[-1] / "proof.html") if each.exists()]
    print("\nBring back:", file=sys.stderr)
    for file in files or [folders[-1] / "proof.json"]:
        print(f"  {file}  {file.stat().st_size / 1e6:.2f} MB", file=sys.stderr)


def main():
    args, flags = parse_args()
    try:
        folder = unpacked(args.into)
        joulemark = folder.resolve() / "bin/joulemark"
        if args.unpack:
            print(joulemark)
            return 0
        env = environment(joulemark, args.into)
        code = run([joulemark, "prove", "--python", sys.executable, "--out", args.out, *flags], env)
    except OSError as error:
        refuse(f"{error.filename or 'joulemark'}: {error.strerror} (--into and --out name folders that can be written and run from)", 3)
    except subprocess.CalledProcessError as error:
        return error.returncode
    bring_back(args.out)
    return code


if __name__ == "__main__":
    sys.exit(main())
