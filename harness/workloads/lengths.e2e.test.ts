import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { verifyRun } from '../evidence/verify-run.ts'
import { drawLengths } from '../plan/lengths.ts'
import { isKnown, numberOf } from '../record/measured.ts'
import { readRows } from '../record/read.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { type FinishedRun, runOnce } from '../run/run.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { bundledScenario } from '../scenario/find-scenario.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { untilMeasured } from '../testing/until-measured.ts'

/** Lengths that differ from request to request, and answers that the model ends: whole runs on the simulator. */
let simulator: RunningSimulator
let base: PlainTextFile
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
  const [file] = await loadScenarios([bundledScenario('llama-3.1-8b-fp8-batch32')], catalogueNames)
  base = {
    ...(file as PlainTextFile),
    load: { shape: 'closed', concurrency: 8, rampSeconds: 0.2 },
    prompt: {
      tokens: { distribution: 'lognormal', mean: 200, deviation: 150, min: 16, max: 1500 },
      prefixCache: 'cold',
    },
    output: { tokens: { distribution: 'uniform', min: 4, max: 40 } },
  }
})
afterAll(() => simulator.stop())

/** A run with something completed in its window. */
const measured = (file: PlainTextFile): Promise<FinishedRun> =>
  untilMeasured(
    (seconds) =>
      runOnce(
        {
          ...file,
          trial: { ...file.trial, seconds, warmupSeconds: 0.3, idleSeconds: 0, quietSeconds: 1, minWindowSeconds: 0.5 },
        },
        oneTrialOptions({
          endpoint: simulator.url,
          nvidiaSmi: { path: simulator.nvidiaSmi, required: true },
          outDir: mkdtempSync(join(tmpdir(), 'lengths-')),
        }),
      ),
    ({ record }) => trialsOfKind(record.trials, 'text').every((trial) => (trial.lengths?.outputTokens.n ?? 0) > 2),
    { fromSeconds: 2.5 },
  )

test.each([
  ['a closed loop', {}],
  [
    'an open loop',
    { load: { shape: 'open', ratePerS: 40, arrivals: 'poisson', burstiness: 1, rampSeconds: 0, maxInFlight: 64 } },
  ],
  ['chat', { api: 'chat' }],
] satisfies [string, Partial<PlainTextFile>][])(
  '%s sends the lengths that scenario and seed give, and verifies',
  async (_, over) => {
    const file = { ...base, ...over }
    const { record, directory } = await measured(file)
    const rows = await readRows(directory, 'requests.csv')
    const ok = rows.filter((row) => row.outcome === 'ok')
    expect(ok.length).toBeGreaterThan(10)
    const plan = { prompt: file.prompt.tokens ?? 0, output: file.output.tokens }
    for (const row of ok) {
      const { promptTokens, outputTokens } = drawLengths(plan, { seed: file.seed, phase: row.trial, index: row.id })
      expect([row.promptTokens, row.outputTokens]).toEqual([promptTokens, outputTokens])
    }
    const [trial] = trialsOfKind(record.trials, 'text')
    const means = ok.reduce((sum, row) => sum + (row.promptTokens ?? 0), 0) / ok.length
    expect(Math.abs((numberOf(trial?.lengths?.promptTokens.mean ?? 0) ?? 0) - means)).toBeLessThan(0.5 * means)
    expect(trial?.clientTokens).toMatchObject({ promptsApart: 0, answersApart: 0 })
    expect(record.gates.find(({ id }) => id === 'prompt-shape')?.status).toBe('pass')
    expect((await verifyRun(directory)).problems).toEqual([])
  },
)

test('answers that the model ends are as long as the server says, and their pace is of the real lengths', async () => {
  const { record, directory } = await measured({
    ...base,
    output: { tokens: 300, ignoreEos: false },
    sampling: { temperature: 0.7, topP: 0.9, seed: 3 },
  })
  const [trial] = trialsOfKind(record.trials, 'text')
  const ok = (await readRows(directory, 'requests.csv')).filter((row) => row.outcome === 'ok')
  expect(ok.some((row) => row.finishReason === 'stop' && (row.outputTokens ?? 0) < 300)).toBe(true)
  expect(ok.every((row) => (row.outputTokens ?? 0) <= 300)).toBe(true)
  const answers = trial?.lengths?.outputTokens
  expect(isKnown(answers?.mean ?? 0) && (answers?.mean as number) < 300).toBe(true)
  expect(isKnown(trial?.tpotMs.p50 ?? 0)).toBe(true)
  expect(record.gates.find(({ id }) => id === 'prompt-shape')).toMatchObject({
    status: 'pass',
    evidence: expect.stringContaining('at most 300.0 requested'),
  })
  expect((await verifyRun(directory)).problems).toEqual([])
})
