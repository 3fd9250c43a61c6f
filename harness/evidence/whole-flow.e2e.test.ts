import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { isKnown } from '../record/measured.ts'
import { readRows } from '../record/read.ts'
import { newKeyPair, publicHexOf, readPrivateKey } from '../record/signing/signature.ts'
import { type FinishedRun, runOnce } from '../run/run.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { untilMeasured } from '../testing/until-measured.ts'
import { writeRedactedCopy } from './redaction/redacted-copy.ts'
import { refusals } from './refusals.ts'
import { verifyRun } from './verify-run.ts'

/** Verify recomputes what a run wrote to the last digit: the simulator, its nvidia-smi, two trials. */
const folder = mkdtempSync(join(tmpdir(), 'whole-flow-'))
const scenarioPath = fileURLToPath(new URL('../../scenarios/llama-3.1-8b-fp8-batch32.yaml', import.meta.url))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')
let simulator: RunningSimulator
let run: FinishedRun
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
  const [file] = await loadScenarios([scenarioPath], catalogueNames)
  const trial = {
    ...(file as PlainTextFile).trial,
    warmupSeconds: 0.3,
    quietSeconds: 0.8,
    idleSeconds: 0,
    minWindowSeconds: 1,
    coolDown: { toWithinC: 0.001, timeoutSeconds: 1 },
  }
  const scenario: PlainTextFile = {
    ...(file as PlainTextFile),
    load: { shape: 'closed', concurrency: 4, rampSeconds: 0.1 },
    prompt: { tokens: 64, prefixCache: 'cold' },
    output: { tokens: 32 },
    trial,
    certainty: { target: 0.02, minTrials: 2, maxTrials: 2 },
  }
  const options = oneTrialOptions({
    endpoint: simulator.url,
    nvidiaSmi: { path: simulator.nvidiaSmi, required: true },
    outDir: folder,
    trials: null,
    signingKey: key,
  })
  run = await untilMeasured(
    (seconds) => runOnce({ ...scenario, trial: { ...trial, seconds } }, options),
    ({ record }) => record.trials.every(({ energyJ }) => isKnown(energyJ)),
    { fromSeconds: 3 },
  )
})
afterAll(() => simulator.stop())

test('every value and gate of a run recomputes from its files, and its signature holds', async () => {
  const verification = await verifyRun(run.directory, publicHexOf(key))
  expect(verification.problems).toEqual([])
  expect(verification.recomputed?.trials).toEqual(run.record.trials)
  expect(run.record.trials).toHaveLength(2)
  expect(run.record.trials[0]?.energyJ).toBeGreaterThan(0)
})

test('nothing was sent during a cool-down between the trials', async () => {
  const [first, second] = run.record.trials
  const [wait, ...others] = run.record.coolDowns ?? []
  expect(others).toEqual([])
  expect(wait).toMatchObject({ beforeTrial: 1, fromAboveC: expect.any(Number) })
  expect(wait?.startMs).toBeGreaterThanOrEqual(first!.endMs)
  expect(wait?.endMs).toBeLessThanOrEqual(second!.startMs)
  const rows = await readRows(run.directory, 'requests.csv')
  const sent = rows.filter(({ dispatchedMs }) => dispatchedMs! >= wait!.startMs && dispatchedMs! < wait!.endMs)
  expect(sent).toEqual([])
})

test('its redacted copy verifies as well', async () => {
  const copy = await writeRedactedCopy(run.directory, run.record, mkdtempSync(join(folder, 'copy-')))
  expect((await verifyRun(copy, publicHexOf(key))).problems).toEqual([])
})

test('it is simulated, and can never be quoted', async () => {
  expect(refusals(await verifyRun(run.directory))[0]).toMatch(/^live-source fail: SIMULATED: /)
})
