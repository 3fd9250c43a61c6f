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
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { runOptions } from '../actions/run.ts'
import { processIo } from '../support/io.ts'
import { startStandIn } from './simulator-processes.ts'
import { timeCompressed } from './time-compressed.ts'

/** Each kind of workload on the stand-in, through the doors of a live run: HTTP, a command, nvidia-smi. */
const out = mkdtempSync(join(tmpdir(), 'stand-in-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))
const never = new AbortController().signal

async function bundled(name: string): Promise<ScenarioFile> {
  const path = fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url))
  const [file] = await loadScenarios([path], catalogueNames)
  return file as ScenarioFile
}

async function play(wanted: ScenarioFile, card: string): Promise<FinishedRun[]> {
  const { endpoint, nvidiaSmi, file, stop } = await startStandIn(wanted, card, 1)
  try {
    const flags = { endpoint, nvidiaSmi, gpu: true, out, trials: 1, workers: 1, certificate: false, progress: false }
    const options = runOptions(flags, processIo(), { drain: never, abort: never })
    return await runScenarioFile(file, { ...options, apiKey: null, progress: silentProgress })
  } finally {
    await stop()
  }
}

const short = { quietSeconds: 0.8, minWindowSeconds: 0.4, requestTimeoutSeconds: 60, runTimeoutMinutes: 5 }

test('images: real PNGs at the pace of the card, which draws power for them', async () => {
  const file = await bundled('sdxl-1024')
  if (file.kind !== 'image') throw new TypeError('an image scenario')
  const small = {
    ...file,
    image: { ...file.image, size: '256x256' },
    trial: { ...short, seconds: 2, warmupSeconds: 0.3 },
  }
  const [run] = await play(small, 'rtx-4090')
  expect(run?.record).toMatchObject({ status: 'complete', source: 'simulated', quotable: false })
  // 60 passes of 5.98 TFLOP at 55 % of 165.2 TFLOPS, a sixteenth of the pixels
  const expected = (60 * 5.98) / (165.2 * 0.55) / 16
  expect(run?.record.result['secondsPerImage']?.mean).toBeGreaterThan(expected)
  expect(run?.record.trials[0]?.errorRate).toBe(0)
  expect(run?.record.trials[0]?.meanPowerW).toBeGreaterThan(200)
})

test('training: the lines of a command at the pace of the card, and joules a step', async () => {
  const file = await bundled('qlora-llama-3.1-8b')
  if (file.kind !== 'training') throw new TypeError('a training scenario')
  const trial = { ...short, seconds: 2.5, warmupSeconds: 0 as const }
  const [run] = await play({ ...file, training: { ...file.training, sequenceTokens: 128 }, trial }, 'rtx-4090')
  expect(run?.record).toMatchObject({ status: 'complete', source: 'simulated', quotable: false })
  expect(run?.record.training?.config).toMatchObject({ simulated: true, batch: 1, sequenceTokens: 128 })
  expect(run?.record.result['stepsPerS']?.mean).toBeGreaterThan(0)
  expect(run?.record.result['joulesPerStep']?.mean).toBeGreaterThan(0)
})

test('a model that does not fit is a box without a server, and its run a result that says OOM', async () => {
  const [run] = await play(await bundled('llama-3.1-70b-fp8-single'), 'rtx-4090')
  expect(run?.record).toMatchObject({ status: 'complete', source: 'simulated', trials: [], quotable: false })
  expect(run?.record.oom?.evidence).toMatch(/GB of weights/)
})

test('a pair serves with both cards: both draw power, and their joules are added', async () => {
  const file = timeCompressed(await bundled('llama-3.1-70b-bf16-pair'))
  if (file.kind !== 'text' || file.load.shape !== 'closed') throw new TypeError('a closed loop')
  const quick = { ...file, output: { tokens: 12 }, trial: { ...short, seconds: 3, warmupSeconds: 0.3 } }
  const [run] = await play(quick, 'rtx-pro-6000-max-q')
  expect(run?.record.gpus.filter((gpu) => gpu.serving)).toHaveLength(2)
  expect(Object.keys(run?.record.trials[0]?.energy.perGpuJ ?? {})).toHaveLength(2)
  expect(run?.record.result['outputTokensPerS']?.mean).toBeGreaterThan(0)
})

test('compressed scenarios keep their shape: fewer tokens in the same ratio, appointed rates as they were', async () => {
  const closed = await bundled('llama-3.1-8b-fp8-batch32')
  const shortened = timeCompressed(closed)
  if (closed.kind !== 'text' || shortened.kind !== 'text') throw new TypeError('text')
  const ratio = (file: typeof closed) => file.prompt.tokens / file.output.tokens
  expect(ratio(shortened)).toBeCloseTo(ratio(closed), 1)
  const open = await bundled('rag-8b-200-mau')
  expect(timeCompressed(open)).toMatchObject({ load: open.load })
})
