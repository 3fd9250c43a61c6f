#!/usr/bin/env python3
"""Downloads what a server needs of a repository on Hugging Face into the cache, before the server is started.

Runs in the serving image, which carries huggingface_hub and keeps the same cache, and is read from stdin. Prints lines of
JSON: {"joulemarkFetch": 1, "files": 12, "totalBytes": N, "bytes": M}, then {"joulemarkFetch": 1, "bytes": M} every two
seconds, and at the end {"joulemarkFetch": 1, "done": true, "bytes": N, "revision": "..."} or
{"joulemarkFetch": 1, "error": "GatedRepoError: ..."} with exit code 1. A download that was cut goes on where it ended.
"""

import json
import os
import sys
import threading
import time

os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

REPORT_SECONDS = 2.0
TRIES = 5
WAIT_SECONDS = 10
WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".onnx", ".ckpt", ".nemo", ".pb", ".tflite")
OTHER_FORMATS = ("original/", "onnx/", "openvino/", "coreml/", "metal/", "figures/", "assets/", ".")
SMALL_BYTES = 100e6


def say(**values):
    print(json.dumps({"joulemarkFetch": 1, **values}), flush=True)


def chosen(files):
    """The files that a server reads: one format of the weights, and everything small beside it."""
    usable = {name: size for name, size in files.items() if not name.startswith(OTHER_FORMATS)}
    weights = {name for name in usable if name.lower().endswith(WEIGHTS)}
    # a pipeline of images has its parts in folders; a file of all of them beside the folders is not read
    candidates = {name for name in weights if "/" in name} if "model_index.json" in usable else weights
    small = {name for name, size in usable.items() if name not in weights and size < SMALL_BYTES}
    return sorted(small | one_format(candidates))


def one_format(weights):
    """Of the same weights in several formats the one that is read first: safetensors, then bin, then pt."""
    for ending in (".safetensors", ".bin", ".pt", ".gguf"):
        of_kind = {name for name in weights if name.endswith(ending)}
        if of_kind:
            break
    else:
        return weights
    consolidated = {name for name in of_kind if name.startswith("consolidated")}
    if consolidated and ending == ".safetensors":
        return consolidated
    # fp16 beside full precision: `model.fp16.safetensors`
    return {name for name in of_kind if without_variant(name) == name or without_variant(name) not in of_kind}


def without_variant(name):
    parts = name.split(".")
    return ".".join(parts[:-2] + parts[-1:]) if len(parts) > 2 and parts[-2] in ("fp16", "bf16", "fp32") else name


def bytes_of(folder):
    """Bytes in a folder as they are on the disk: a file may have its length before its content."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    found = entry.stat()
                except OSError:
                    continue
                total += min(found.st_size, found.st_blocks * 512)
    except OSError:
        pass
    return total


def is_final(error):
    """Whether to try again is of no use: no access, no such repository, no room."""
    final = ("GatedRepoError", "RepositoryNotFoundError", "RevisionNotFoundError", "OfflineModeIsEnabled")
    return type(error).__name__ in final or getattr(error, "errno", None) == 28


def main(repository):
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.constants import HF_HUB_CACHE

    info = HfApi().model_info(repository, files_metadata=True)
    files = {each.rfilename: each.size or 0 for each in info.siblings or []}
    names = chosen(files)
    total = sum(files[name] for name in names)
    blobs = os.path.join(HF_HUB_CACHE, "models--" + repository.replace("/", "--"), "blobs")
    say(files=len(names), totalBytes=total, bytes=min(total, bytes_of(blobs)))
    ended = threading.Event()

    def report():
        while not ended.wait(REPORT_SECONDS):
            say(bytes=min(total, bytes_of(blobs)))

    threading.Thread(target=report, daemon=True).start()
    try:
        for attempt in range(1, TRIES + 1):
            try:
                snapshot_download(repository, revision=info.sha, allow_patterns=names)
                break
            except Exception as error:
                if is_final(error) or attempt == TRIES:
                    raise
                say(note=f"{type(error).__name__}: {error}"[:500])
                time.sleep(WAIT_SECONDS)
    finally:
        ended.set()
    # the server asks for the branch: what it stands for is kept, as a download of the branch would
    refs = os.path.join(os.path.dirname(blobs), "refs")
    os.makedirs(refs, exist_ok=True)
    with open(os.path.join(refs, "main"), "w") as file:
        file.write(info.sha)
    say(done=True, bytes=total, revision=info.sha)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Exception as error:
        say(error=f"{type(error).__name__}: {error}"[:1000])
        sys.exit(1)
