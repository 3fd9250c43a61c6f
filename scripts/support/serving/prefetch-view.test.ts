import { expect, test } from 'vitest'
import type { PrefetchItem } from '../../../harness/box/prefetch/items.ts'
import { prefetchView } from './prefetch-view.ts'

const item = { kind: 'image', name: `vllm/vllm-openai:v1@sha256:${'a'.repeat(64)}`, bytes: 9e9 } as PrefetchItem
const place = { item, number: 1, of: 3 }
const state = { bytes: 2.1e9, totalBytes: 9e9, bytesPerS: 84e6, leftMs: 82_000 }

function shown(isTTY: boolean): string[] {
  const texts: string[] = []
  const view = {
    isTTY,
    color: false,
    ...(isTTY ? { columns: () => 50 } : {}),
    write: (text: string) => texts.push(text),
  }
  let nowMs = 0
  const { onProgress, onEnd } = prefetchView(view, () => nowMs)
  for (nowMs = 0; nowMs <= 60_000; nowMs += 2000) onProgress({ ...place, state })
  onProgress({ ...place, number: 2, state: { bytes: 0, totalBytes: null, bytesPerS: null, leftMs: null } })
  onEnd(place, 'failed', 'no such image')
  onEnd({ ...place, item: { ...item, kind: 'weights', name: 'a/b' }, number: 3 }, 'here', 'in the cache')
  return texts
}

test('without a terminal: a line for each download, one every 30 seconds, and its end', () => {
  const line = 'download 1 of 3, image vllm/vllm-openai:v1: 2.1 GB of 9.0 GB, 84 MB/s, 1 min 22 s left\n'
  expect(shown(false)).toEqual([
    line,
    line,
    line,
    'download 2 of 3, image vllm/vllm-openai:v1: bytes are not reported\n',
    'download 1 of 3, image vllm/vllm-openai:v1: failed: no such image\n',
    'download 3 of 3, weights a/b: in the cache\n',
  ])
})

test('on a terminal a line of its width replaces itself, and each download leaves one', () => {
  const texts = shown(true)
  expect(texts).toHaveLength(34)
  expect(texts.filter((text) => text.endsWith('\n'))).toHaveLength(2)
  expect(Math.max(...texts.filter((text) => !text.endsWith('\n')).map((text) => text.length))).toBeLessThan(50 + 5)
})
