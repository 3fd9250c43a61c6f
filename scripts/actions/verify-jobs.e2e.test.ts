import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { writeRedactedCopy } from '../../harness/evidence/redaction/redacted-copy.ts'
import { refusals } from '../../harness/evidence/refusals.ts'
import { sealed } from '../../harness/evidence/seal.ts'
import { verifyRun } from '../../harness/evidence/verify-run.ts'
import { toJson } from '../../harness/record/json-file.ts'
import { asWritten } from '../../harness/record/signing/manifest.ts'
import { newKeyPair, publicHexOf, readPrivateKey } from '../../harness/record/signing/signature.ts'
import { silentProgress } from '../../harness/run/progress.ts'
import type { FinishedRun } from '../../harness/run/run.ts'
import { runScenarioFile } from '../../harness/run/run-file.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { untilMeasured } from '../../harness/testing/until-measured.ts'
import { runOptions } from '../run/run-options.ts'
import { startSimulator } from '../simulate/simulator-processes.ts'
import { processIo } from '../support/io.ts'

/** Runs of images and training on the simulator with its nvidia-smi; verify recomputes all of their values. */
const folder = mkdtempSync(join(tmpdir(), 'verify-jobs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const never = new AbortController().signal
const key = readPrivateKey(newKeyPair().privatePem, 'test key')
const short = { quietSeconds: 0.8, minWindowSeconds: 0.4, requestTimeoutSeconds: 60, runTimeoutMinutes: 5 }

async function bundled(name: string): Promise<ScenarioFile> {
  const path = fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url))
  const [file] = await loadScenarios([path], catalogueNames)
  return file as ScenarioFile
}

async function play(scenario: ScenarioFile): Promise<FinishedRun> {
  const { endpoint, nvidiaSmi, file, stop } = await startSimulator(scenario, 'rtx-4090', 1)
  try {
    const flags = { endpoint, nvidiaSmi, gpu: true, out: folder, trials: 2, workers: 1 }
    const options = runOptions({ ...flags, calibrate: false, progress: false }, processIo(), {
      drain: never,
      abort: never,
    })
    const [run] = await runScenarioFile(file, { ...options, apiKey: null, signingKey: key, progress: silentProgress })
    return run as FinishedRun
  } finally {
    await stop()
  }
}

async function images(seconds: number): Promise<FinishedRun> {
  const file = await bundled('sdxl-1024')
  if (file.kind !== 'image') throw new TypeError('an image scenario')
  const trial = { ...short, seconds, warmupSeconds: 0.3 }
  return play({ ...file, image: { ...file.image, size: '256x256' }, trial })
}

async function training(seconds: number): Promise<FinishedRun> {
  const file = await bundled('qlora-llama-3.1-8b')
  if (file.kind !== 'training') throw new TypeError('a training scenario')
  const trial = { ...short, seconds, warmupSeconds: 0 as const }
  return play({ ...file, training: { ...file.training, sequenceTokens: 128 }, trial })
}

/** A copy with one changed file and, on request, recomputed hashes. */
function changed(run: FinishedRun, name: string, change: (text: string) => string, rehash: boolean): string {
  const path = mkdtempSync(join(folder, 'copy-'))
  cpSync(run.directory, path, { recursive: true })
  const text = change(readFileSync(join(path, name), 'latin1'))
  writeFileSync(join(path, name), text, 'latin1')
  if (rehash) {
    const { signature: _, redactedCopy: __, ...record } = run.record
    const sha256 = createHash('sha256').update(text, 'latin1').digest('hex')
    const files = { ...record.files, [name]: { sha256, rows: record.files[name]?.rows ?? 0 } }
    writeFileSync(join(path, 'run.json'), toJson(asWritten(sealed({ ...record, files }))))
  }
  return path
}

const flipped = (text: string, at: number): string =>
  `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`

const problemsOf = async (path: string): Promise<string[]> =>
  (await verifyRun(path)).problems.map(({ file, what }) => `${file}: ${what}`)

/** One column of every row, multiplied. */
const scaled = (column: number, by: number) => (text: string) =>
  text
    .split('\n')
    .map((line, at) => {
      if (at === 0 || line === '') return line
      return line
        .split(',')
        .map((cell, place) => (place === column && cell !== '' ? String(Number(cell) * by) : cell))
        .join(',')
    })
    .join('\n')

describe.each([
  {
    kind: 'images',
    make: images,
    headline: 'secondsPerImage',
    energy: 'joulesPerImage',
    edits: [
      ['requests.csv', scaled(9, 1.001), /trials\.0\.image\.\w+: recorded [\d.]+, recomputed/],
      ['gpu.csv', scaled(3, 0.9), /trials\.0\.image\.joulesPerImage: recorded [\d.]+, recomputed [\d.]+/],
    ] as const,
  },
  {
    kind: 'training',
    make: training,
    headline: 'stepsPerS',
    energy: 'joulesPerStep',
    edits: [
      ['steps.csv', scaled(2, 0.999), /trials\.0\.training\.stepsPerS: recorded [\d.]+, recomputed [\d.]+/],
      ['steps.csv', scaled(4, 0.5), /result\.finalLoss\.mean: recorded [\d.]+, recomputed [\d.]+/],
      ['steps.csv', scaled(3, 2), /trials\.0\.training\.trainedTokensPerS: recorded [\d.]+, recomputed [\d.]+/],
      ['gpu.csv', scaled(3, 0.9), /trials\.0\.training\.joulesPerStep: recorded [\d.]+, recomputed [\d.]+/],
    ] as const,
  },
])('a run of $kind', ({ make, headline, energy, edits }) => {
  let run: FinishedRun
  beforeAll(async () => {
    const hasBoth = ({ record }: FinishedRun) =>
      [headline, energy].every((name) => record.result[name]?.n === record.trials.length)
    run = await untilMeasured(make, hasBoth, { fromSeconds: 2.5 })
  })

  test('verifies under its key: every value and gate is recomputed from its rows', async () => {
    const { problems, signedBy, recomputed } = await verifyRun(run.directory, publicHexOf(key))
    expect([problems, signedBy]).toEqual([[], publicHexOf(key)])
    expect(recomputed?.result[headline]?.mean).toBeGreaterThan(0)
    expect(recomputed?.result[energy]?.mean).toBeGreaterThan(0)
    expect(recomputed?.trials).toHaveLength(2)
  })

  test('verifies in its redacted copy as well', async () => {
    const copy = await writeRedactedCopy(run.directory, run.record, mkdtempSync(join(folder, 'redacted-')))
    expect((await verifyRun(copy, publicHexOf(key))).problems).toEqual([])
  })

  test('with one flipped bit in any file is found out, and the file named', async () => {
    const names = Object.keys(run.record.files)
    expect(names.length).toBeGreaterThan(2)
    for (const name of names) {
      const { length } = readFileSync(join(run.directory, name))
      for (const at of [0, length >> 1, length - 1]) {
        const path = changed(run, name, (text) => flipped(text, at), false)
        expect(await problemsOf(path)).toContainEqual(expect.stringContaining(`${name}: was changed`))
      }
    }
  })

  test('with edited rows and recomputed hashes does not verify', async () => {
    for (const [name, edit, expected] of edits) {
      expect(await problemsOf(changed(run, name, edit, true))).toContainEqual(expect.stringMatching(expected))
    }
  })

  test('is simulated, and can never be quoted', async () => {
    expect(refusals(await verifyRun(run.directory))[0]).toMatch(/^live-source fail: SIMULATED: /)
  })
})
