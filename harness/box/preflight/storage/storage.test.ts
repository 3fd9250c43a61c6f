import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fillCache } from '../../../testing/fake-hub.ts'
import { cachedWeights } from './cached-weights.ts'
import { freeSpace } from './free-space.ts'
import { keyFinding } from './key-place.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'cache-'))
const repository = 'org/model'
const MB = 2 ** 20

test.each([
  ['one file', { files: { 'model.safetensors': 5 * MB } }, { cachedBytes: 5 * MB, isComplete: true }],
  [
    'all files of the index',
    { files: { 'a.safetensors': MB, 'b.safetensors': MB }, index: ['a.safetensors', 'b.safetensors'] },
    { isComplete: true },
  ],
  [
    'a file of the index is missing',
    { files: { 'a.safetensors': MB }, index: ['a.safetensors', 'b.safetensors'] },
    { cachedBytes: MB, isComplete: false },
  ],
  [
    'both sets of Mistral in the repository, one of them here',
    { files: { 'consolidated.safetensors': 5 * MB }, index: ['model-1.safetensors', 'model-2.safetensors'] },
    { isComplete: true },
  ],
  [
    'a part of each set',
    {
      files: { 'consolidated-00001-of-00002.safetensors': MB, 'model-1.safetensors': MB },
      index: ['model-1.safetensors', 'model-2.safetensors'],
    },
    { isComplete: false },
  ],
  [
    'a folder of a pipeline without its files, beside one that is whole',
    { files: { 'unet/consolidated.safetensors': MB }, index: ['a.safetensors'] },
    { isComplete: false },
  ],
  ['a half file', { files: {}, partialBytes: 3 * MB }, { cachedBytes: 0, partialBytes: 3 * MB, isComplete: false }],
  [
    'a half file of before, beside weights of the stated size',
    { files: { 'model.safetensors': 5 * MB }, partialBytes: MB },
    { isComplete: true },
  ],
  [
    'a half file, and weights that are too small',
    { files: { 'extra.safetensors': MB }, partialBytes: MB },
    { isComplete: false },
  ],
  ['a pipeline with a folder per part', { files: { 'unet/model.safetensors': 5 * MB } }, { isComplete: true }],
])('the cache of huggingface_hub: %s', async (_, model, expected) => {
  const folder = newFolder()
  fillCache(folder, [{ repository, ...model }])
  expect(await cachedWeights({ repository, bytes: 5 * MB }, folder)).toMatchObject(expected)
})

test('a link to weights that were removed is not whole, and a cache that is not there holds nothing', async () => {
  const folder = newFolder()
  fillCache(folder, [{ repository, files: { 'model.safetensors': MB } }])
  rmSync(join(folder, 'hub', 'models--org--model', 'blobs', 'model.safetensors'))
  const nothing = { repository, bytes: MB, cachedBytes: 0, partialBytes: 0, isComplete: false }
  expect(await cachedWeights({ repository, bytes: MB }, folder)).toEqual(nothing)
  expect(await cachedWeights({ repository, bytes: MB }, '/nowhere')).toEqual(nothing)
})

test('free bytes are those of the disk that a folder will be on', async () => {
  const folder = newFolder()
  const there = await freeSpace(join(folder, 'not', 'yet'))
  expect(there).toMatchObject({ state: 'well', device: statSync(folder).dev })
  expect(there.state === 'well' && there.freeBytes).toBeGreaterThan(0)
})

test('a key, a place for one, and a place that is closed', () => {
  const home = newFolder()
  expect(keyFinding({ HOME: home })).toMatchObject({ state: 'well', isMade: false })
  expect(keyFinding({ HOME: '/proc/1' })).toMatchObject({ state: 'fault', fix: expect.stringContaining('key new') })
  expect(keyFinding({ JOULEMARK_KEY: join(home, 'gone.pem') })).toMatchObject({ state: 'fault' })
})
