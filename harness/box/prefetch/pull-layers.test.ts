import { expect, test } from 'vitest'
import { eventOfLine, PullLayers } from './pull-layers.ts'

test('the bytes of the layers of a pull, as the API of the engine streams them', () => {
  const layers = new PullLayers()
  layers.read({ status: 'Pulling from vllm/vllm-openai', id: 'sha256:c1c9' })
  layers.read({ status: 'Already exists', progressDetail: {}, id: 'aaa' })
  layers.read({ status: 'Pulling fs layer', progressDetail: {}, id: 'bbb' })
  layers.read({ status: 'Pulling fs layer', progressDetail: {}, id: 'ccc' })
  layers.read({ status: 'Waiting', progressDetail: {}, id: 'ccc' })
  expect(layers.read({ status: 'Downloading', progressDetail: { current: 100, total: 1000 }, id: 'bbb' })).toBe(true)
  expect(layers.read({ status: 'Downloading', progressDetail: { current: 100, total: 1000 }, id: 'bbb' })).toBe(false)
  expect([layers.bytes, layers.totalBytes, layers.done, layers.count]).toEqual([100, null, 1, 3])
  layers.read({ status: 'Downloading', progressDetail: { current: 5, total: 500 }, id: 'ccc' })
  expect([layers.bytes, layers.totalBytes]).toEqual([105, 1500])
  layers.read({ status: 'Verifying Checksum', progressDetail: {}, id: 'bbb' })
  layers.read({ status: 'Download complete', progressDetail: {}, id: 'bbb' })
  expect(layers.read({ status: 'Extracting', progressDetail: { current: 10, total: 1000 }, id: 'bbb' })).toBe(true)
  layers.read({ status: 'Pull complete', progressDetail: {}, id: 'bbb' })
  expect([layers.bytes, layers.totalBytes, layers.done]).toEqual([1005, 1500, 2])
})

test('the lines of `docker pull` without a terminal name layers only', () => {
  const layers = new PullLayers()
  const lines = [
    'v0.31.0: Pulling from vllm/vllm-openai',
    '9824c27679d3: Pulling fs layer',
    '9824c27679d3: Download complete',
  ]
  expect(lines.map((line) => layers.read(eventOfLine(line)))).toEqual([false, true, false])
  expect([layers.count, layers.bytes, layers.totalBytes, layers.done]).toEqual([1, 0, null, 0])
  layers.read(eventOfLine('9824c27679d3: Pull complete'))
  expect(layers.done).toBe(1)
})
