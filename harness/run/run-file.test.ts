import { expect, test } from 'vitest'
import { missing } from '../record/measured.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { type ScenarioFile, scenarioFileSchema } from '../scenario/schema.ts'
import { fakeRun } from '../testing/fake-run.ts'
import { makeRun } from '../testing/record-builder.ts'
import { makeTextTrial } from '../testing/trial-builder.ts'
import { silentProgress } from './progress.ts'
import { type RunOnce, runScenarioFile } from './run-file.ts'

const search = (over: object = {}): ScenarioFile =>
  scenarioFileSchema.parse({
    name: 'search',
    title: 'A search',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'sweep', highestRate: { fromPerS: 1, toPerS: 100, goodShare: 0.99 } },
    prompt: { tokens: 512 },
    output: { tokens: 256 },
    slo: { ttftMs: 500 },
    ...over,
  })

const withShares = (...shares: readonly (number | null)[]): RunRecord => ({
  ...makeRun({ card: 'rtx-4090' }),
  trials: shares.map((sloShare) => makeTextTrial({ sloShare: sloShare ?? missing('no request was due') })),
})

/** A server that meets the SLO for the given share of its requests at each rate. */
const server =
  (shareAt: (ratePerS: number) => number | null): RunOnce =>
  async ({ load }) => {
    if (load.shape !== 'open') throw new Error(`unexpected load: ${load.shape}`)
    return { directory: '', record: withShares(shareAt(load.ratePerS)) }
  }

async function searchOn(once: RunOnce) {
  const notes: string[] = []
  const warnings: string[] = []
  const progress = {
    ...silentProgress,
    note: (message: string) => void notes.push(message),
    warn: (message: string) => void warnings.push(message),
  }
  const finished = await runScenarioFile(search(), fakeRun({ options: { progress } }).options, once)
  return { finished, notes, warnings }
}

test('the highest rate that meets the SLO is found to the tolerance, and every step is kept', async () => {
  const { finished, notes, warnings } = await searchOn(server((ratePerS) => (ratePerS <= 37 ? 1 : 0.5)))
  const answer = Number(/^highest rate that meets the SLO: ([\d.]+) requests\/s/.exec(notes.at(-1) ?? '')?.[1])
  expect(answer).toBeLessThanOrEqual(37)
  expect(answer).toBeGreaterThan(37 / 1.05)
  expect(notes).toHaveLength(finished.length + 1)
  expect(notes[0]).toBe('1.000 requests/s: 100.0 % within the SLO: meets it')
  expect(notes[1]).toBe('100.0 requests/s: 50.0 % within the SLO: does not meet it')
  expect(warnings).toEqual([])
})

test('a share just under the one that is asked for does not meet the SLO', async () => {
  const { notes } = await searchOn(server((ratePerS) => (ratePerS === 1 ? 0.9899 : 1)))
  expect(notes.at(-1)).toBe('highest rate that meets the SLO: none from 1 to 100 requests/s (1 run)')
})

test('a rate at which no request was due meets nothing', async () => {
  const { notes } = await searchOn(server(() => null))
  expect(notes[0]).toMatch(/no request was due in a window/)
  expect(notes.at(-1)).toMatch(/none from 1 to 100/)
})

test('a search without limits to meet is refused', async () => {
  const file = search({ slo: undefined })
  const never: RunOnce = () => Promise.reject(new Error('was run'))
  await expect(runScenarioFile(file, fakeRun().options, never)).rejects.toThrow(/needs an slo/)
})
