import { engineOf } from '../../../harness/engines/table.ts'
import { identifiersIn } from '../../../harness/evidence/redaction/redact-record.ts'
import { redactImage } from '../../../harness/evidence/redaction/redact-text.ts'
import { servingGpus } from '../../../harness/physics/serving-gpus.ts'
import type { Gpu } from '../../../harness/record/schema/gpu.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'

/** One property of the server: its label and the value that was read. */
export type ServerLine = readonly [label: string, value: string]

/**
 * The server as its runs recorded it, without host name, addresses and serial numbers: a quote is passed on. Where runs
 * differ (another driver, another engine for images) every value is listed.
 */
export function serverLines(records: readonly RunRecord[]): ServerLine[] {
  const serving = records.map((record) => servingGpus(record.gpus))
  const gpus = (of: (gpu: Gpu) => string | null) => distinct(serving.flat().map(of))
  const host = (of: (host: RunRecord['host']) => string) => distinct(records.map((record) => of(record.host)))
  const memoryGiB = (all: readonly Gpu[]) => all.reduce((sum, gpu) => sum + (gpu.memoryTotalMiB ?? 0), 0) / 1024
  return [
    ['GPU', distinct(serving.map((all) => `${all.length} × ${distinct(all.map((gpu) => gpu.name))}`))],
    ['GPU memory', distinct(serving.map((all) => `${memoryGiB(all).toFixed(1)} GiB`))],
    ['Power limit of each GPU', gpus((gpu) => (gpu.powerLimitW === null ? null : `${gpu.powerLimitW} W`))],
    ['PCIe link of each GPU', gpus(linkOf)],
    ['GPU memory ECC', gpus((gpu) => gpu.eccMode?.toLowerCase() ?? null)],
    ['GPU driver', gpus((gpu) => gpu.driver)],
    ['GPU firmware (VBIOS)', gpus((gpu) => gpu.vbios)],
    ['Processor', host((of) => `${of.cpu} (${of.cpuCount} threads)`)],
    ['Main memory', host((of) => `${of.memoryGiB.toFixed(0)} GiB`)],
    ['Server software', distinct(records.map(serverOf))],
  ]
}

function linkOf({ pcie }: Gpu): string | null {
  const { genMax, widthCurrent } = pcie
  // an idle link falls back to its first generation; under load it reaches its maximum
  return genMax === null || widthCurrent === null ? null : `generation ${genMax}, ${widthCurrent} lanes`
}

/** A training run has no inference server. */
function serverOf(record: RunRecord): string | null {
  const { scenario, endpoint, fingerprint } = record
  if (scenario.kind === 'training') return null
  const image = fingerprint?.containerImage ?? null
  // vllm-omni serves images, and is a program of its own
  const name = endpoint.engine === 'vllm-omni' ? 'vLLM-Omni' : engineOf(endpoint.engine).name
  const shown = image === null ? '' : ` (${redactImage(image, identifiersIn(record))})`
  return `${name} ${endpoint.version ?? ''}`.trim() + shown
}

/** Distinct values; unknown when none was reported. */
function distinct(values: readonly (string | null)[]): string {
  const known = new Set(values.filter((value) => value !== null))
  return known.size === 0 ? 'unknown' : [...known].join(', ')
}
