import { cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cardByKey } from '../../../harness/catalogue/cards.ts'
import { sealed } from '../../../harness/evidence/seal.ts'
import { toJson } from '../../../harness/record/json-file.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { loadKey } from '../../../harness/record/signing/key-file.ts'
import { makeGpu } from '../../../harness/testing/card-builder.ts'
import { writeLiveRun } from '../../../harness/testing/live-record.ts'
import { UUID } from '../../../harness/testing/live-record-box.ts'
import { makeFleet } from '../../../reports/testing/fleet-builder.ts'
import type { Place } from './place.ts'

/** Records that the commands of the documents find: shipped examples, and runs of a simulated fleet. */
const examples = fileURLToPath(new URL('../../../reports/examples/runs', import.meta.url))

/** Servers of the fleet, and the one that lost speed with the driver. */
const SERVERS = 40
const SLOW = 16
const LOSS = 0.06

/** Copies the shipped runs of a card, or of all, into a folder. */
export function copyExamples(card: string, folder: string): void {
  for (const run of globSync(`*-${card}-*`, { cwd: examples }))
    cpSync(join(examples, run), join(folder, run), { recursive: true })
}

/** Forty servers in two scenarios, before and after a driver. */
export const simulatedFleet = () =>
  makeFleet({
    boxes: SERVERS,
    source: 'simulated',
    losses: { [SLOW]: LOSS },
    scenarios: ['llama-3.1-8b-fp8-single', 'llama-3.1-8b-fp8-batch32'],
  })

/** The runs of the first of these servers. */
export const ofOneServer = (side: 'baseline' | 'candidate'): RunRecord[] => {
  const runs = simulatedFleet()[side]
  return runs.filter(({ host }) => host.hostname === runs[0]?.host.hostname)
}

const DAY_MS = 86_400_000

/** These runs as of the days before today, in their order and with their distances, for queries such as `since=7d`. */
export function recent(runs: readonly RunRecord[]): RunRecord[] {
  const newestMs = Math.max(...runs.map(({ startedAt }) => Date.parse(startedAt)))
  const laterMs = Date.now() - DAY_MS - newestMs
  return runs.map((run) => ({ ...run, startedAt: new Date(Date.parse(run.startedAt) + laterMs).toISOString() }))
}

/** What of a quotable record is another one's: its host, and its card, which stays the fake one in all else. */
interface Quotable {
  readonly hostname?: string
  readonly card?: 'rtx-4090' | 'l40s'
}

/**
 * Writes a record of yesterday that can be quoted, signed with the key of the place, under `into`. It is a test record: synthetic,
 * with a source that says live. Gives its folder, from that of the place.
 */
export async function addQuotable(place: Place, into: string, of: Quotable = {}): Promise<string> {
  const { hostname = 'gpu-box-7', card = 'rtx-4090' } = of
  const { smiName, smiMemoryMiB } = cardByKey(card)!
  const over = {
    startedAt: new Date(Date.now() - DAY_MS).toISOString(),
    host: { hostname, kernel: 'Linux 6.8.0', cpu: 'AMD EPYC 9354P', cpuCount: 64, memoryGiB: 256 },
    card: { key: card, name: smiName },
    gpus: [makeGpu({ uuid: UUID, name: smiName, memoryTotalMiB: smiMemoryMiB!.value, eccMode: 'Disabled' })],
  }
  const id = `20261120-101500-${card}-llama-3.1-8b-fp8-batch8`
  const { directory } = await writeLiveRun(join(place.folder, into), { key: loadKey(place.env), id, over })
  return relative(place.folder, directory)
}

/** Writes each run into its folder in the folder of its server. */
export function writeFleet(folder: string, runs: readonly RunRecord[]): void {
  for (const run of runs) writeRuns(join(folder, hostOf(run)), [run])
}

const hostOf = ({ host }: Pick<RunRecord, 'host'>): string => host.hostname.replace('box-', 'gpu')

/** Writes each run into a folder of its own. */
export function writeRuns(folder: string, runs: readonly RunRecord[], hostname?: string): void {
  for (const { manifestSha256: _, signature: __, ...run } of runs) {
    const path = join(folder, run.id)
    mkdirSync(path, { recursive: true })
    const host = { ...run.host, hostname: hostname ?? hostOf(run) }
    writeFileSync(join(path, 'run.json'), toJson(sealed({ ...run, host, files: {} })))
  }
}
