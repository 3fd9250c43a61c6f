import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { metricsOfKind } from '../metrics/catalogue.ts'
import { findRuns } from '../record/disk/run-folders.ts'
import { readRun, type StoredRun } from '../record/read.ts'
import type { Trial } from '../record/schema/trial.ts'
import { verifyRun } from './verify-run.ts'

/** Records that joulemark 0.1.0 made and signed on the simulator, frozen: what a user has on disk must stay readable. */
const folder = fileURLToPath(new URL('../testing/fixtures/records-v1', import.meta.url))
const signedBy = 'df5c8e15c6ce94c31c9f7201a13f65263c04c9bab72c3e5c177c9141f0defab8'

let runs: readonly StoredRun[]
beforeAll(async () => {
  runs = await Promise.all((await findRuns([folder])).map(readRun))
})
const runOf = (scenario: string) => runs.find(({ record }) => record.scenario.name === scenario)!

describe('a record of schema 1', () => {
  test.each(['v1-text', 'v1-open', 'v1-no-gpu', 'v1-image', 'v1-training'])(
    '%s verifies under its key',
    async (name) => {
      const { problems, signedBy: key } = await verifyRun(runOf(name).directory, signedBy)
      expect([problems, key]).toEqual([[], signedBy])
    },
  )

  test('is read as one of schema 2: its trials know their kind, and no number is lost', async () => {
    expect(runs.map(({ record }) => [record.schemaVersion, record.scenario.kind, record.trials[0]?.kind])).toEqual(
      expect.arrayContaining([
        [2, 'text', 'text'],
        [2, 'image', 'image'],
        [2, 'training', 'training'],
      ]),
    )
    const { directory, record } = runOf('v1-text')
    const raw = JSON.parse(await readFile(join(directory, 'run.json'), 'utf8'))
    const [trial] = record.trials as Extract<Trial, { kind: 'text' }>[]
    for (const key of ['outputTokensPerS', 'energyJ', 'tokensPerJ', 'windowStartMs', 'goodputRequestsPerS'] as const) {
      expect([key, trial![key]]).toEqual([key, raw.trials[0][key]])
    }
    expect(trial!.ttftMs.p50).toBe(raw.trials[0].ttftMs.p50)
    expect(record.result).toEqual(raw.result)
  })

  test('gives the reason of each value that it has not', () => {
    const [trial] = runOf('v1-no-gpu').record.trials as Extract<Trial, { kind: 'text' }>[]
    const none = { value: null, reason: expect.stringMatching(/--no-gpu/) }
    expect(trial).toMatchObject({ energyJ: none, tokensPerJ: none, meanPowerW: none, peakMemoryMiB: none })
    expect(trial!.ttftMs.p99).toEqual({ value: null, reason: expect.stringMatching(/p99 needs 100/) })
  })

  test('has every metric of its kind that there was', () => {
    for (const { record } of runs) {
      const unknown = Object.keys(record.result).filter(
        (key) => !metricsOfKind(record.scenario.kind).includes(key as never),
      )
      expect(unknown).toEqual([])
      expect(Object.keys(record.result).length).toBeGreaterThan(8)
    }
  })

  test.each([
    ['a number of a trial', (text: string) => text.replace(/"outputTokensPerS": [\d.]+/, '"outputTokensPerS": 9999')],
    ['the status of a gate', (text: string) => text.replace('"status": "pass"', '"status": "warn"')],
    ['a sentence', (text: string) => text.replace(/"evidence": "[^"]*"/, '"evidence": "all is well"')],
  ])('that was edited does not verify: %s', async (_, edit) => {
    const copy = await mkdtemp(join(tmpdir(), 'v1-'))
    await cp(runOf('v1-text').directory, copy, { recursive: true })
    const path = join(copy, 'run.json')
    await writeFile(path, edit(await readFile(path, 'utf8')))
    expect((await verifyRun(copy)).problems).not.toEqual([])
  })
})
