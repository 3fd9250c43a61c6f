"""A plain aiohttp client for the client benchmark: what a Python tool of the usual make sees.

One shared session without a connection limit, the stream iterated by line, each event parsed with json.loads,
one clock read an event. Same arena and same result file as the other clients.
"""
import array
import asyncio
import json
import resource
import sys
import time

import aiohttp

ARENA = json.loads(sys.argv[1])


def monotonic_ms():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e6


def prompt_ids(count):
    return [10000 + (index * 7919) % 80000 for index in range(count)]


async def one(session, request_id, payload, seen):
    times = []
    failed = 0
    sent_ms = monotonic_ms()
    try:
        async with session.post(ARENA["url"] + "/v1/completions", json=payload, headers={"X-Request-Id": str(request_id)}) as response:
            async for line in response.content:
                line = line.strip()
                if not line.startswith(b"data:"):
                    continue
                data = line[5:].strip()
                if data == b"[DONE]":
                    continue
                event = json.loads(data)
                if event["choices"] and event["choices"][0].get("text"):
                    times.append(monotonic_ms())
    except aiohttp.ClientError:
        failed = 1
    if ARENA["seconds"] == 0 and request_id >= 0:
        seen.append((request_id, sent_ms, times))
    return len(times), failed


async def main():
    seen, chunks, failed, next_id = [], 0, 0, 0
    payload = {"model": "mock", "prompt": prompt_ids(ARENA["promptTokens"]), "max_tokens": ARENA["chunks"], "stream": True, "stream_options": {"include_usage": True}}
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=0, keepalive_timeout=60, force_close=False)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=600)) as session:
        # the discarded rounds that every client sends first
        for _ in range(2):
            await asyncio.gather(*(one(session, -1, payload, seen) for _ in range(ARENA["streams"])))
        before = time.process_time()
        start_ms = monotonic_ms()

        async def lane(slot):
            nonlocal chunks, failed, next_id
            await asyncio.sleep(ARENA["spreadMs"] * slot / ARENA["streams"] / 1000)
            sent = 0
            while True:
                sent += 1
                request_id = next_id
                next_id += 1
                got, bad = await one(session, request_id, payload, seen)
                chunks += got
                failed += bad
                over = monotonic_ms() - start_ms >= ARENA["seconds"] * 1000 if ARENA["seconds"] > 0 else sent >= ARENA["requestsPerStream"]
                if over:
                    return

        await asyncio.gather(*(lane(slot) for slot in range(ARENA["streams"])))
        cpu_ms = (time.process_time() - before) * 1000
        wall_ms = monotonic_ms() - start_ms
    with open(ARENA["resultFile"], "wb") as out:
        for request_id, sent_ms, times in seen:
            padded = (times + [float("nan")] * ARENA["chunks"])[: ARENA["chunks"]]
            out.write(array.array("d", [request_id, sent_ms, *padded]).tobytes())
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps({"cpuMs": cpu_ms, "wallMs": wall_ms, "chunks": chunks, "failed": failed, "rssMb": rss_mb}))


asyncio.run(main())
