import { expect, test } from 'vitest'
import type { BoxPart } from '../../record/schema/box.ts'
import type { Endpoint } from '../../record/schema/endpoint.ts'
import { makeGpu } from '../../testing/card-builder.ts'
import { measuredRun } from '../../testing/measured-run.ts'
import { notThisMachine, sharedServer } from './scope.ts'

const endpoint = (isThisMachine: boolean | null): Endpoint => ({
  ...measuredRun().endpoint,
  location: { isThisMachine, reason: 'as it is' },
})
const gpus = [makeGpu({ uuid: 'GPU-a', serving: true }), makeGpu({ uuid: 'GPU-b', serving: false })]

test('this machine is read where it serves, and not for a simulated or a distant server', () => {
  const here = { gpus, simulatedBy: null, endpoint: endpoint(true) }
  expect(notThisMachine(here)).toBeNull()
  expect(notThisMachine({ ...here, endpoint: endpoint(null) })).toBeNull()
  expect(notThisMachine({ ...here, endpoint: endpoint(false) })).toBe('the server runs on another machine')
  expect(notThisMachine({ ...here, simulatedBy: 'owner simulated' })).toMatch(/^the run is simulated/)
  const simulated = [makeGpu({ name: 'NVIDIA GeForce RTX 4090 (SIMULATED)' })]
  expect(notThisMachine({ ...here, gpus: simulated })).toMatch(/^the run is simulated/)
})

test('a server is that of one run alone unless other cards of a night were under load', () => {
  const part = (over: Partial<BoxPart>): BoxPart => ({ part: 'alone', cards: ['GPU-a', 'GPU-b'], ...over })
  expect(sharedServer(gpus, undefined)).toBeNull()
  expect(sharedServer(gpus, part({}))).toBeNull()
  expect(sharedServer(gpus, part({ underLoad: ['GPU-a'] }))).toBeNull()
  const shared = 'other cards of the server were under load at the same time'
  expect(sharedServer(gpus, part({ part: 'together' }))).toBe(shared)
  expect(sharedServer(gpus, part({ underLoad: ['GPU-a', 'GPU-b'] }))).toBe(shared)
})
