import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { silentProgress } from '../../harness/run/progress.ts'
import type { FinishedRun } from '../../harness/run/run.ts'
import { runScenarioFile } from '../../harness/run/run-file.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { meanLength } from '../../harness/scenario/prompt/length.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { untilMeasured } from '../../harness/testing/until-measured.ts'
import { runOptions } from '../run/run-options.ts'
import { processIo } from '../support/io.ts'
import { startSimulator } from './simulator-processes.ts'
import { timeCompressed } from './time-compressed.ts'

/** Each kind of workload on the simulator, through the interfaces of a live run: HTTP, a command, nvidia-smi. */
const out = mkdtempSync(join(tmpdir(), 'simulator-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))
const never = new AbortController().signal

async function bundled(name: string): Promise<ScenarioFile> {
  const path = fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url))
  const [file] = await loadScenarios([path], catalogueNames)
  return file as ScenarioFile
}

async function play(scenario: ScenarioFile, card: string): Promise<FinishedRun> {
  const { endpoint, nvidiaSmi, file, startFailure, stop } = await startSimulator(scenario, card, 1)
  try {
    const flags = { endpoint, nvidiaSmi, gpu: true, out, trials: 1, workers: 1, calibrate: false, progress: false }
    const options = runOptions(flags, processIo(), { drain: never, abort: never })
    const [run] = await runScenarioFile(file, { ...options, startFailure, apiKey: null, progress: silentProgress })
    return run as FinishedRun
  } finally {
    await stop()
  }
}

/** Whether every trial has these metrics: a busy machine needs longer trials for that. */
const measured =
  (...names: readonly string[]) =>
  ({ record }: FinishedRun) =>
    names.every((name) => record.result[name]?.n === record.trials.length)

const short = { quietSeconds: 0.8, minWindowSeconds: 0.4, requestTimeoutSeconds: 60, runTimeoutMinutes: 5 }

test('images: real PNGs at the pace of the card, which draws power for them', async () => {
  const file = await bundled('sdxl-1024')
  if (file.kind !== 'image') throw new TypeError('an image scenario')
  const image = { ...file.image, size: '256x256' }
  const run = await untilMeasured(
    (seconds) => play({ ...file, image, trial: { ...short, seconds, warmupSeconds: 0.3 } }, 'rtx-4090'),
    measured('secondsPerImage', 'joulesPerImage'),
    { fromSeconds: 2 },
  )
  expect(run.record).toMatchObject({ status: 'complete', source: 'simulated', quotable: false })
  // 60 passes of 5.98 TFLOP at 55 % of 165.2 TFLOPS, a sixteenth of the pixels
  const expected = (60 * 5.98) / (165.2 * 0.55) / 16
  expect(run.record.result['secondsPerImage']?.mean).toBeGreaterThan(expected)
  expect(run.record.trials[0]?.errorRate).toBe(0)
  // 200 W for as long as the card works on an image, however long the machine takes for the rest
  expect(run.record.result['joulesPerImage']?.mean).toBeGreaterThan(200 * expected)
})

test('training: the lines of a command at the pace of the card, and joules per step', async () => {
  const file = await bundled('qlora-llama-3.1-8b')
  if (file.kind !== 'training') throw new TypeError('a training scenario')
  const training = { ...file.training, sequenceTokens: 128 }
  const run = await untilMeasured(
    (seconds) => play({ ...file, training, trial: { ...short, seconds, warmupSeconds: 0 } }, 'rtx-4090'),
    measured('stepsPerS', 'joulesPerStep'),
    { fromSeconds: 2.5 },
  )
  expect(run.record).toMatchObject({ status: 'complete', source: 'simulated', quotable: false })
  expect(run.record.training?.config).toMatchObject({ simulated: true, batch: 1, sequenceTokens: 128 })
  expect(run.record.result['stepsPerS']?.mean).toBeGreaterThan(0)
  expect(run.record.result['joulesPerStep']?.mean).toBeGreaterThan(0)
})

test('a model that does not fit gives cards without a server, and a run with the result OOM', async () => {
  const run = await play(await bundled('llama-3.1-70b-fp8-single'), 'rtx-4090')
  expect(run.record).toMatchObject({ status: 'complete', source: 'simulated', trials: [], quotable: false })
  expect(run.record.oom?.evidence).toMatch(/GB of weights.*the server did not start/)
})

test('a pair serves with both cards: both draw power, and their joules are added', async () => {
  const file = timeCompressed(await bundled('llama-3.1-70b-bf16-pair'))
  if (file.kind !== 'text' || file.load.shape !== 'closed') throw new TypeError('a closed loop')
  const output = { tokens: 12 }
  const run = await untilMeasured(
    (seconds) => play({ ...file, output, trial: { ...short, seconds, warmupSeconds: 0.3 } }, 'rtx-pro-6000-max-q'),
    measured('outputTokensPerS', 'tokensPerJ'),
    { fromSeconds: 3 },
  )
  expect(run.record.gpus.filter((gpu) => gpu.serving)).toHaveLength(2)
  expect(Object.keys(run.record.trials[0]?.energy.perGpuJ ?? {})).toHaveLength(2)
  expect(run.record.result['outputTokensPerS']?.mean).toBeGreaterThan(0)
})

test('compressed scenarios keep their shape: fewer tokens in the same ratio, appointed rates as they were', async () => {
  const closed = await bundled('llama-3.1-8b-fp8-batch32')
  const shortened = timeCompressed(closed)
  if (closed.kind !== 'text' || shortened.kind !== 'text') throw new TypeError('text')
  const ratio = (file: typeof closed) => meanLength(file.prompt.tokens ?? 0) / meanLength(file.output.tokens)
  expect(ratio(shortened)).toBeCloseTo(ratio(closed), 1)
  const open = await bundled('rag-8b-200-mau')
  expect(timeCompressed(open)).toMatchObject({ load: open.load })
})
