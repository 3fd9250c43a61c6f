import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { SIMULATED_DRIVER, SIMULATED_NAME_SUFFIX, simulatedUuid } from '../simulator/card/identity.ts'
import { currentGeneration, generationV091 } from '../simulator/metrics/generations.ts'
import { SIMULATED_FINGERPRINT, stampHeader } from '../simulator/server/stamp.ts'
import { simulationStamps } from './simulation-stamps.ts'

const stamps: readonly (readonly [what: string, text: string])[] = [
  ['name of a card', `NVIDIA GeForce RTX 4090${SIMULATED_NAME_SUFFIX}`],
  ['driver', SIMULATED_DRIVER],
  ['fingerprint of the answers', SIMULATED_FINGERPRINT],
  ['version', currentGeneration.version],
  ['older version', generationV091.version],
  ['UUID', simulatedUuid(7, 3)],
  ...Object.keys(stampHeader).map((name) => ['header', name] as const),
]
test.each(stamps)('the %s of the simulator is a stamp, wherever a record holds it', (_, text) => {
  expect(simulationStamps({ a: [{ b: text }], c: 'vllm' })).toEqual([{ path: 'a.0.b', text }])
})

test('a key is searched, and what a person wrote is not', () => {
  const uuid = simulatedUuid(1, 0)
  expect(simulationStamps({ powerW: { [uuid]: 300 } })).toEqual([{ path: `powerW.${uuid}`, text: uuid }])
  const scenario = { title: 'Checked against the box (SIMULATED)', name: 'simulated', model: 'llama' }
  expect(simulationStamps({ scenario, endpoint: { servedAs: 'simulated' } })).toEqual([])
})

test('every shipped simulated run is stamped in several places, and words of a live record are not stamps', () => {
  const folder = fileURLToPath(new URL('../../reports/examples/runs', import.meta.url))
  for (const run of readdirSync(folder)) {
    const record: unknown = JSON.parse(readFileSync(join(folder, run, 'run.json'), 'utf8'))
    expect(simulationStamps(record).length, run).toBeGreaterThan(4)
  }
  const gate = { id: 'live-source', evidence: 'no part carries the stamp of the simulator' }
  expect(simulationStamps({ source: 'live', version: '0.27.0+cu129', gates: [gate] })).toEqual([])
})
