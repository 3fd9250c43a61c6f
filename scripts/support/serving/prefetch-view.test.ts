import { expect, test } from 'vitest'
import type { PrefetchItem } from '../../../harness/box/prefetch/items.ts'
import { saidLive } from '../../../harness/testing/said-io.ts'
import { prefetchView } from './prefetch-view.ts'

const item = { kind: 'image', name: `vllm/vllm-openai:v1@sha256:${'a'.repeat(64)}`, bytes: 9e9 } as PrefetchItem
const place = { item, number: 1, of: 3 }
const state = { bytes: 2.1e9, totalBytes: 9e9, bytesPerS: 84e6, leftMs: 82_000 }

test('in a log: a line for each download, one every 30 seconds, and its end', () => {
  const { live, said, at } = saidLive()
  const { onProgress, onEnd } = prefetchView(live)
  for (let ms = 0; ms <= 60_000; ms += 2000) {
    at(ms)
    onProgress({ ...place, state })
  }
  onProgress({ ...place, number: 2, state: { bytes: 0, totalBytes: null, bytesPerS: null, leftMs: null } })
  onEnd(place, 'failed', 'no such image')
  onEnd({ ...place, item: { ...item, kind: 'weights', name: 'a/b' }, number: 3 }, 'here', 'in the cache')
  const line = 'download 1 of 3, image vllm/vllm-openai:v1: 2.1 GB of 9.0 GB, 84 MB/s, 1 min 22 s left'
  expect(said()).toEqual([
    line,
    line,
    line,
    'download 2 of 3, image vllm/vllm-openai:v1: bytes are not reported',
    'download 1 of 3, image vllm/vllm-openai:v1: failed: no such image',
    'download 3 of 3, weights a/b: in the cache',
  ])
})
