import { expect, test } from 'vitest'
import { offlineBy, offlineNotes } from './offline.ts'

const hub = (env: NodeJS.ProcessEnv) => offlineBy(false, env)

test('the flag forbids both, a variable of huggingface_hub the weights only', () => {
  expect(offlineBy(true, { HF_HUB_OFFLINE: '1' })).toEqual({ images: '--offline', weights: '--offline' })
  expect(hub({ HF_HUB_OFFLINE: 'on' })).toEqual({ images: null, weights: 'HF_HUB_OFFLINE is set' })
  expect(hub({ TRANSFORMERS_OFFLINE: 'TRUE' })).toEqual({ images: null, weights: 'TRANSFORMERS_OFFLINE is set' })
  const nothing = { images: null, weights: null }
  expect([hub({}), hub({ HF_HUB_OFFLINE: '' })]).toEqual([nothing, nothing])
  // the first of them decides where it is set
  expect(hub({ HF_HUB_OFFLINE: '0', TRANSFORMERS_OFFLINE: '1' })).toEqual(nothing)
})

test('the plan says what is not downloaded', () => {
  expect(offlineNotes(hub({}))).toEqual([])
  expect(offlineNotes(hub({ HF_HUB_OFFLINE: '1' }))).toEqual([
    'HF_HUB_OFFLINE is set: no weights are downloaded; what is not in the cache is skipped',
  ])
  expect(offlineNotes(offlineBy(true, {}))[0]).toMatch(/^--offline: neither images nor weights/)
})
