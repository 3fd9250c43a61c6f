import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalogueNames } from '../harness/catalogue/find.ts'
import { sealed } from '../harness/evidence/seal.ts'
import { replaceFile, toJson } from '../harness/record/json-file.ts'
import { asWritten } from '../harness/record/signing/manifest.ts'
import type { FinishedRun } from '../harness/run/run.ts'
import { loadScenarios } from '../harness/scenario/load-file.ts'
import { examples } from './build-examples.ts'
import { runOptions } from './run/run-options.ts'
import { processIo } from './support/io.ts'
import { runOnStandIn } from './support/run-files.ts'

/** The cards of the example report; the article's 300 W row is the Max-Q edition. */
const cards = ['rtx-4090', 'rtx-pro-6000-max-q'] as const

/** Runs the example scenario on the simulator of each card, unsigned. The records are under `out`. */
async function playRuns(out: string): Promise<FinishedRun[]> {
  const files = await loadScenarios([join(examples, 'scenario.yaml')], catalogueNames)
  const never = new AbortController().signal
  const flags = { gpu: true, out, workers: 1, calibrate: true, progress: true }
  const runs: FinishedRun[] = []
  for (const card of cards) {
    for (const file of files) {
      runs.push(
        ...(await runOnStandIn(file, { card, quick: false, start: { number: 1, of: 1 } }, (served) => ({
          ...runOptions({ ...flags, ...served }, { ...processIo(), env: {} }, { drain: never, abort: never }),
          signingKey: null,
        }))),
      )
    }
  }
  return runs
}

/**
 * Copies a run with every file of its record, so that it verifies. Only the names of the machine that ran it are replaced,
 * and the record is sealed again: no value and no gate depends on them.
 */
export async function copyRun({ directory, record }: FinishedRun, out: string): Promise<string> {
  const target = join(out, record.id)
  await mkdir(target, { recursive: true })
  for (const name of Object.keys(record.files)) await cp(join(directory, name), join(target, name))
  const host = { ...record.host, hostname: 'example-box', kernel: 'Linux' }
  replaceFile(join(target, 'run.json'), toJson(asWritten(sealed({ ...record, host }))))
  return target
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = await mkdtemp(join(tmpdir(), 'joulemark-example-runs-'))
  try {
    const runs = await playRuns(folder)
    await rm(join(examples, 'runs'), { recursive: true, force: true })
    for (const run of runs) process.stdout.write(`wrote ${await copyRun(run, join(examples, 'runs'))}\n`)
  } finally {
    await rm(folder, { recursive: true })
  }
}
