import { servingGpus } from '../physics/serving-gpus.ts'
import type { Gpu, RunRecord } from '../record/schema/run.ts'
import { type GateResult, gateResult, notMeasured } from './gate.ts'

/** The card that was named, as its catalogue entries say. A group name has several. */
export interface ExpectedCard {
  readonly key: string
  readonly entries: readonly { readonly smiName: string; readonly memoryTotalMiB: number }[]
}

/** ECC and a carve-out may take this much of the memory; a slice of a card (MIG, vGPU) takes more. */
const MEMORY_TOLERANCE = 0.1

/** Fails when the GPU that served is not the card named: another name, or much less memory than that card has. */
export function cardMatch(expected: ExpectedCard | null, card: RunRecord['card'], gpus: readonly Gpu[]): GateResult {
  const serving = servingGpus(gpus)
  if (serving.length === 0) return notMeasured(card.reason ?? 'no GPU could be read')
  if (!expected) return notMeasured(`the catalogue knows no card by the name "${serving[0]?.name}", and none was named`)
  for (const gpu of serving) {
    const plain = gpu.name.replace(/ \(SIMULATED\)$/, '')
    const entry = expected.entries.find(({ smiName }) => smiName === plain)
    if (!entry) return gateResult('fail', `${gpu.uuid} is a "${gpu.name}"; the card named is ${expected.key}`)
    const short = gpu.memoryTotalMiB === null ? 0 : 1 - gpu.memoryTotalMiB / entry.memoryTotalMiB
    if (Math.abs(short) > MEMORY_TOLERANCE) {
      return gateResult(
        'fail',
        `${gpu.uuid} has ${gpu.memoryTotalMiB} MiB; a ${expected.key} has ${entry.memoryTotalMiB}`,
      )
    }
  }
  const memory = serving.map((gpu) => gpu.memoryTotalMiB ?? '?').join(' and ')
  return gateResult('pass', `${serving.length} x "${serving[0]?.name}", ${memory} MiB: ${expected.key}`)
}

/** The compute processes on the cards at one moment; null where they cannot be listed. */
export interface ProcessSight {
  readonly processes: readonly { readonly uuid: string; readonly pid: number; readonly name: string }[] | null
  readonly reason?: string
}

/**
 * Fails when a process besides the server used a serving GPU. Which process is the server's is known only when it was
 * started by us (`serverPids`); else one process a card is taken for it. An empty list is no proof: in a container
 * nvidia-smi sees no process of others.
 */
export function gpuExclusive(
  sights: readonly ProcessSight[],
  servingUuids: readonly string[],
  serverPids: readonly number[] = [],
): GateResult {
  const blind = sights.find(({ processes }) => processes === null)
  if (sights.length === 0) return notMeasured('processes were not listed')
  if (blind) return notMeasured(`processes cannot be listed: ${blind.reason ?? 'nvidia-smi does not tell'}`)
  const counts = new Map<number, { uuid: string; pid: number; name: string }>()
  for (const process of sights.flatMap(({ processes }) => processes ?? [])) {
    if (servingUuids.includes(process.uuid)) counts.set(process.pid, process)
  }
  const seen = [...counts.values()]
  if (seen.length === 0)
    return notMeasured('nvidia-smi lists no process, not even the server: it sees no other container')
  const foreign = servingUuids.flatMap((uuid) => {
    const own = seen.filter((process) => process.uuid === uuid)
    return serverPids.length > 0 ? own.filter(({ pid }) => !serverPids.includes(pid)) : own.length > 1 ? own : []
  })
  const list = (foreign.length > 0 ? foreign : seen).map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
  return foreign.length > 0
    ? gateResult('fail', `more than the server used the GPU: ${list}`)
    : gateResult('pass', `one process a GPU: ${list}`)
}

/** The part of a card's health that these gates compare; telemetry reads it before and after a run. */
export interface CardHealthPart {
  readonly uuid: string
  readonly throttleUs: Readonly<Record<string, number>> | null
  readonly eccCorrected: number | null
  readonly eccUncorrected: number | null
  readonly remapPending: boolean | null
  readonly remapFailure: boolean | null
  readonly retirementPending: boolean | null
}

/** Fails on an uncorrected error, a pending or failed remap, or a corrected-error jump during the run. */
export function ecc(before: readonly CardHealthPart[], after: readonly CardHealthPart[]): GateResult {
  const told = after.filter((card) =>
    [card.eccCorrected, card.eccUncorrected, card.remapPending, card.remapFailure, card.retirementPending].some(
      (value) => value !== null,
    ),
  )
  if (told.length === 0) return notMeasured('ECC is off or not there: memory errors are not counted')
  const faults = told.flatMap((card) => {
    const start = before.find(({ uuid }) => uuid === card.uuid)
    const jump = (card.eccCorrected ?? 0) - (start?.eccCorrected ?? 0)
    return [
      ...((card.eccUncorrected ?? 0) > 0 ? [`${card.uuid}: ${card.eccUncorrected} uncorrected errors`] : []),
      ...(card.remapPending || card.retirementPending
        ? [`${card.uuid}: memory rows wait to be replaced (reboot)`]
        : []),
      ...(card.remapFailure ? [`${card.uuid}: memory rows could not be replaced`] : []),
      ...(start && jump > 0 ? [`${card.uuid}: ${jump} corrected errors during the run`] : []),
    ]
  })
  if (faults.length > 0) return gateResult('fail', faults.join('; '))
  const corrected = told.map((card) => card.eccCorrected ?? 'not counted').join(' and ')
  return gateResult(
    'pass',
    `no uncorrected error, no pending remap; corrected since the driver was loaded: ${corrected}`,
  )
}

/** Fails when the enforced limit is not the card's default, and the scenario does not state that limit. */
export function powerLimit(gpus: readonly Gpu[], statedLimitW: number | null = null): GateResult {
  const known = servingGpus(gpus).filter((gpu) => gpu.powerLimitW !== null && gpu.powerDefaultLimitW !== null)
  if (known.length === 0) return notMeasured('the driver tells no power limit')
  const off = known.find((gpu) => Math.abs((gpu.powerLimitW ?? 0) - (statedLimitW ?? gpu.powerDefaultLimitW ?? 0)) > 1)
  if (!off)
    return gateResult(
      'pass',
      `enforced ${known.map((gpu) => gpu.powerLimitW).join(' and ')} W, as ${statedLimitW === null ? 'by default' : 'the scenario says'}`,
    )
  const wanted =
    statedLimitW === null ? `${off.powerDefaultLimitW} W, the default` : `${statedLimitW} W, which the scenario says`
  return gateResult(
    'fail',
    `${off.uuid}: enforced ${off.powerLimitW} W, not ${wanted} (mend with sudo nvidia-smi -i ${off.index ?? off.uuid} -pl ${statedLimitW ?? off.powerDefaultLimitW})`,
  )
}
