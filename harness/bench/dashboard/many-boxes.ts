import type { KeyObject } from 'node:crypto'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sealed } from '../../evidence/seal.ts'
import { seededRandom } from '../../plan/random.ts'
import { toJson } from '../../record/json-file.ts'
import { canonicalSha256 } from '../../record/provenance.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { asWritten } from '../../record/signing/manifest.ts'
import { signManifest } from '../../record/signing/signature.ts'
import type { LiveRun } from '../../testing/live-record.ts'
import { normal } from '../../testing/noise-stream.ts'

const BOXES = 40
const SCENARIOS = ['batch8', 'batch32', 'prefill', 'single', 'rag', 'chat']
const DAYS = 200

/** Run folders of 40 boxes in six scenarios over 200 days, one at a time in the same place: cards 0.6 % apart, one 9 % slow, a driver that costs 2 %. */
export function* manyBoxes(original: LiveRun, root: string, count: number, key: KeyObject): Generator<string> {
  const random = seededRandom(2026)
  const levels = Array.from({ length: BOXES }, () => 1 + 0.006 * normal(random))
  const starts = Math.ceil(count / (BOXES * SCENARIOS.length))
  const directory = join(root, 'run')
  cpSync(original.directory, directory, { recursive: true })
  for (let number = 0; number < count; number += 1) {
    const scenario = number % SCENARIOS.length
    const box = Math.floor(number / SCENARIOS.length) % BOXES
    const share = Math.floor(number / (SCENARIOS.length * BOXES)) / starts
    const isNew = share >= 0.6
    const speed = levels[box]! * (1 + 0.003 * normal(random)) * (isNew ? 0.98 : 1) * (box === 7 ? 0.91 : 1)
    const startedMs = Date.UTC(2026, 4, 1) + share * DAYS * 86_400_000 + (box * SCENARIOS.length + scenario) * 150_000
    const run = runOf(original.record, { box, scenario: SCENARIOS[scenario]!, speed, startedMs, isNew, number })
    writeFileSync(join(directory, 'run.json'), toJson({ ...run, signature: signManifest(asWritten(run), key) }))
    yield directory
  }
}

interface Spec {
  readonly box: number
  readonly scenario: string
  readonly speed: number
  readonly startedMs: number
  readonly isNew: boolean
  readonly number: number
}

function runOf(record: RunRecord, { box, scenario: name, speed, startedMs, isNew, number }: Spec): RunRecord {
  const { signature: _, manifestSha256: __, redactedCopy: ___, ...open } = record
  const scenario = { ...record.scenario, name, title: name }
  return sealed({
    ...open,
    id: `20260501-000000-rtx-4090-${name}-${String(number).padStart(6, '0')}`,
    startedAt: new Date(startedMs).toISOString(),
    endedAt: new Date(startedMs + 100_000).toISOString(),
    scenario,
    scenarioSha256: canonicalSha256(scenario),
    host: { ...record.host, hostname: `gpu${String(box + 1).padStart(2, '0')}` },
    gpus: record.gpus.map((gpu) => ({
      ...gpu,
      uuid: `GPU-${(0xa1b2c3d4 + 7919 * box).toString(16)}-0000-0000-0000-000000000000`,
      driver: isNew ? '590.44.01' : '580.95.05',
    })),
    trials: record.trials.map((trial) =>
      trial.kind === 'text' && typeof trial.outputTokensPerS === 'number'
        ? { ...trial, outputTokensPerS: trial.outputTokensPerS * speed }
        : trial,
    ),
    result: Object.fromEntries(
      Object.entries(record.result).map(([key, value]) => [
        key,
        key === 'outputTokensPerS' && value.mean !== null ? { ...value, mean: value.mean * speed, ci95: null } : value,
      ]),
    ),
  })
}
