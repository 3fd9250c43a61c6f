import { describe, expect, test } from 'vitest'
import { imageFor } from '../engine/engine.ts'
import { digestIn, imageReference, vllmReference, withoutDigest } from './reference.ts'
import { DEFAULT_VLLM_TAG, vllmImages } from './vllm-images.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  'vllm/vllm-openai',
  'vllm/vllm-openai:v0.31.0',
  `vllm/vllm-openai:v0.31.0@${digest}`,
  `registry.example.com:5000/a/b-c__d@${digest}`,
  'localhost:5000/vllm',
])('%s is the name of an image', (name) => {
  expect(imageReference(name)).toBe(name)
})

test.each(['', '--privileged', 'a b', 'a/UPPER', 'a:b:c', 'a@sha256:12', '/a', 'a;b', 'a\nb'])('%j is none', (name) => {
  expect(() => imageReference(name)).toThrow(/expected REPOSITORY/)
})

describe('the image of vLLM', () => {
  test('is pinned by digest unless its digest is not known', () => {
    const [first] = vllmImages
    expect(first?.tag).toBe(DEFAULT_VLLM_TAG)
    expect(vllmReference(DEFAULT_VLLM_TAG)).toBe(`vllm/vllm-openai:${DEFAULT_VLLM_TAG}@${first?.digest}`)
    expect(vllmReference('latest')).toBe('vllm/vllm-openai:latest')
    for (const each of vllmImages) expect(digestIn(imageReference(vllmReference(each.tag)))).toBe(each.digest)
    expect(withoutDigest(vllmReference(DEFAULT_VLLM_TAG))).toBe(`vllm/vllm-openai:${DEFAULT_VLLM_TAG}`)
  })

  test('has its registry in the name for podman, which assumes none', () => {
    expect(imageFor('podman', 'vllm/vllm-openai:x')).toBe('docker.io/vllm/vllm-openai:x')
    expect(imageFor('podman', 'busybox')).toBe('docker.io/library/busybox')
    expect(imageFor('podman', 'ghcr.io/a/b')).toBe('ghcr.io/a/b')
    expect(imageFor('podman', 'localhost/a')).toBe('localhost/a')
    expect(imageFor('docker', 'vllm/vllm-openai:x')).toBe('vllm/vllm-openai:x')
  })
})
