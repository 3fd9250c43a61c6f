import { describe, expect, test } from 'vitest'
import { catalogueNames } from '../../../catalogue/find.ts'
import { bundledScenario } from '../../../scenario/find-scenario.ts'
import { loadScenarios } from '../../../scenario/load-file.ts'
import { resolveScenario } from '../../../scenario/resolve.ts'
import { fakeDocker } from '../../../testing/fake-docker.ts'
import { launchPlan } from '../launch-plan.ts'
import type { ServeOptions } from '../plan.ts'
import { imageNote, offlineOptions } from './identity.ts'
import { OMNI_REFERENCE, vllmReference, withoutDigest } from './reference.ts'
import { DEFAULT_VLLM_TAG, vllmImages } from './vllm-images.ts'

const options: ServeOptions = { port: 8000, gpus: [], tag: DEFAULT_VLLM_TAG, cacheDir: '/c', offline: true }

const [memory, images] = await loadScenarios(['memory-probe', 'sdxl-1024'].map(bundledScenario), catalogueNames)
const launchOf = (name: 'memory-probe' | 'sdxl-1024', given: ServeOptions) =>
  launchPlan(resolveScenario((name === 'sdxl-1024' ? images : memory) as never, []), 'rtx-4090', given)

describe('without a network', () => {
  test('every pinned image that was loaded from a file is found under its tag', async () => {
    const loaded = fakeDocker({ log: '', exitCode: null, withoutDigests: true })
    const found = await offlineOptions(options, loaded.env)
    expect(found.loadedByTag).toEqual([vllmReference(DEFAULT_VLLM_TAG), OMNI_REFERENCE])
    expect(launchOf('memory-probe', found).image).toBe(`vllm/vllm-openai:${DEFAULT_VLLM_TAG}`)
    expect(launchOf('sdxl-1024', found)).toMatchObject({ image: withoutDigest(OMNI_REFERENCE), corrections: [] })
  })

  test('one that was pulled keeps its digest, and so does one that is not here', async () => {
    const pulled = fakeDocker({ log: '', exitCode: null })
    expect(await offlineOptions(options, pulled.env)).toBe(options)
    const absent = fakeDocker({ log: '', exitCode: null, withoutImages: true })
    expect(await offlineOptions(options, absent.env)).toBe(options)
    expect(await offlineOptions({ ...options, offline: false }, absent.env)).toMatchObject({ offline: false })
    expect(absent.calls()).toHaveLength(4)
  })

  test('one that a person named is that one; images are served by vLLM-Omni all the same', async () => {
    const loaded = fakeDocker({ log: '', exitCode: null, withoutDigests: true })
    const found = await offlineOptions({ ...options, image: 'a/b:1' }, loaded.env)
    expect(found.loadedByTag).toEqual([OMNI_REFERENCE])
    expect(launchOf('memory-probe', found).image).toBe('a/b:1')
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
  const omni = `docker.io/${withoutDigest(OMNI_REFERENCE)}`
  expect(imageNote(omni, { id, digest: null })).toMatch(/vllm-omni:\S+ was not pulled from its registry/)
})
