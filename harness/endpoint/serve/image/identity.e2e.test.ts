import { describe, expect, test } from 'vitest'
import { fakeDocker } from '../../../testing/fake-docker.ts'
import type { ServeOptions } from '../plan.ts'
import { imageNote, offlineOptions } from './identity.ts'
import { vllmReference } from './reference.ts'
import { DEFAULT_VLLM_TAG, vllmImages } from './vllm-images.ts'

const options: ServeOptions = { port: 8000, gpus: [], tag: DEFAULT_VLLM_TAG, cacheDir: '/c', offline: true }

describe('without a network', () => {
  test('an image that was loaded from a file is found under its tag', async () => {
    const loaded = fakeDocker({ log: '', exitCode: null, withoutDigests: true })
    expect((await offlineOptions(options, loaded.env)).image).toBe(`vllm/vllm-openai:${DEFAULT_VLLM_TAG}`)
  })

  test('one that was pulled keeps its digest, and so does one that is not here', async () => {
    const pulled = fakeDocker({ log: '', exitCode: null })
    expect(await offlineOptions(options, pulled.env)).toBe(options)
    const absent = fakeDocker({ log: '', exitCode: null, withoutImages: true })
    expect(await offlineOptions(options, absent.env)).toBe(options)
    const asked = { ...options, image: 'a/b:1' }
    expect(await offlineOptions(asked, pulled.env)).toBe(asked)
    expect(pulled.calls()).toHaveLength(1)
  })
})

test('an image that is not the published one is said', () => {
  const tagged = `vllm/vllm-openai:${DEFAULT_VLLM_TAG}`
  const published = vllmImages[0]?.digest ?? ''
  const id = `sha256:${'e'.repeat(64)}`
  expect(imageNote(tagged, { id, digest: published })).toBeNull()
  expect(imageNote(vllmReference(DEFAULT_VLLM_TAG), { id, digest: published })).toBeNull()
  expect(imageNote('vllm/vllm-openai:latest', { id, digest: null })).toBeNull()
  expect(imageNote(tagged, { id, digest: id })).toMatch(/has the digest sha256:e+, the published one sha256:/)
  expect(imageNote(`docker.io/${tagged}`, { id, digest: null })).toMatch(/was not pulled from its registry/)
})
