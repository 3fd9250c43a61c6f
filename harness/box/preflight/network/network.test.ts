import { expect, test } from 'vitest'
import { clockOffset } from './clock-offset.ts'
import { imagePlace } from './registry.ts'

test.each([
  ['vllm/vllm-openai:v0.31.0', 'registry-1.docker.io', 'vllm/vllm-openai', 'v0.31.0'],
  ['vllm/vllm-openai', 'registry-1.docker.io', 'vllm/vllm-openai', 'latest'],
  ['docker.io/vllm/vllm-openai:v1@sha256:ab', 'registry-1.docker.io', 'vllm/vllm-openai', 'sha256:ab'],
  ['ubuntu:24.04', 'registry-1.docker.io', 'library/ubuntu', '24.04'],
  ['localhost:5000/a/b:c', 'localhost:5000', 'a/b', 'c'],
  ['registry.example/team/vllm', 'registry.example', 'team/vllm', 'latest'],
])('the parts of %s', (image, registry, repository, reference) => {
  expect(imagePlace(image)).toEqual({ registry, repository, reference })
})

const answer = (headers: Record<string, string>) => ({
  status: 200,
  headers,
  body: '',
  streamed: { bytes: 0, ms: 0 },
  answerMs: 200,
})

test('the clock, against the date of an answer and the age that a cache adds', () => {
  const date = 'Thu, 26 Nov 2026 18:00:00 GMT'
  const now = Date.parse(date)
  expect(clockOffset(answer({ date }), now)).toEqual({ state: 'well', seconds: expect.closeTo(-0.4) })
  expect(clockOffset(answer({ date, age: '3600' }), now + 3_600_000)).toEqual({
    state: 'well',
    seconds: expect.closeTo(-0.4),
  })
  expect(clockOffset(answer({}), now)).toMatchObject({ state: 'unknown' })
  expect(clockOffset(undefined, now)).toMatchObject({ state: 'unknown' })
})
