import type { CardLoad } from '../../energy/card-loads.ts'
import { leastMemoryBytes } from '../../physics/least-memory.ts'
import { servingGpus, servingUuids } from '../../physics/serving-gpus.ts'
import type { Gpu } from '../../record/schema/gpu.ts'
import type { CardsSnapshot, GpuTelemetry } from '../../record/schema/telemetry.ts'
import { defineGate, everyKind, type GateInput, gateResult, notMeasured } from '../gate.ts'
import { failsBelow, isBeyond, limitText, percent } from '../threshold.ts'
import { serverElsewhere } from './server-processes.ts'
import { cardLoadsOf, notWatched } from './watched.ts'

const memoryShare = failsBelow({
  what: 'memory used on a serving GPU',
  value: 0.9,
  unit: 'share of its part of the weights',
})
const utilization = failsBelow({ what: 'mean utilisation of a serving GPU in a window', value: 0.05, unit: 'share' })
const powerRise = failsBelow({
  what: 'mean power of a serving GPU whose utilisation is not reported',
  value: 1.1,
  unit: 'share of the idle power of the run',
})

/** The energy of a card that did not serve, or of a board that served others too, is not that of the run. */
export const servingCard = defineGate({
  question: 'Did the measured card, and no other, serve the model?',
  kinds: everyKind,
  required: true,
  thresholds: { memoryShare, utilization, powerRise },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'The server must run on this machine. No serving GPU may be a slice (MIG) or virtual (vGPU): power is that of the whole board. Each must hold its part of the weights and be in use in every steady window. nvidia-smi lists the processes on all cards: a server on another card, and none on the serving one, fails; so does a server that uses more GPUs than are named. Without a required value the gate is not measured.',
  evidence: 'Signs that the card did not serve, or missing values; else memory, weights and utilisation.',
  usualCauses:
    'CUDA and nvidia-smi number the cards differently; the server runs on another machine, behind a tunnel or a balancer; it uses more GPUs than were named; MIG or vGPU is on.',
  whatToDo:
    'Name the GPUs that serve by their UUID (`--gpus`; CUDA numbers cards in another order than nvidia-smi). Run joulemark on the machine of the server. Turn MIG off (`sudo nvidia-smi -i GPU -mig 0`).',
  evaluate(record) {
    const { telemetry } = record
    if (!telemetry) return notWatched(record)
    const serving = servingUuids(record.gpus)
    if (serving.length === 0) return notMeasured('no serving GPU is known')
    const loads = cardLoadsOf(telemetry)
    const found = [
      ...location(record),
      ...spread(record),
      ...wholeCards(record, telemetry),
      ...servers(record, telemetry, serving),
      ...(loads === null || loads.length === 0
        ? [{ unknown: 'the load of each card in a steady window is not known' }]
        : loads.flatMap((load) => [...memoryOf(record, load), ...activityOf(load)])),
    ]
    const wrong = unique(found.flatMap((finding) => finding.wrong ?? []))
    if (wrong.length > 0) return gateResult('fail', wrong.join('; '))
    const unknown = unique(found.flatMap((finding) => finding.unknown ?? []))
    if (unknown.length > 0) return notMeasured(unknown.join('; '))
    return gateResult('pass', unique((loads ?? []).map((load) => passText(record, load))).join('; '))
  },
})

interface Finding {
  readonly wrong?: string
  readonly unknown?: string
}

function location({ endpoint, scenario }: GateInput): Finding[] {
  if (scenario.kind === 'training') return []
  const { location: place } = endpoint
  if (place === undefined) return [{ unknown: 'the record does not state whether the server runs on this machine' }]
  if (place.isThisMachine === null) return [{ unknown: `whether the server runs on this machine: ${place.reason}` }]
  return place.isThisMachine ? [] : [{ wrong: `the server runs on another machine: ${place.reason}` }]
}

function spread({ endpoint, scenario, gpus }: GateInput): Finding[] {
  const over = endpoint.serving?.tensorParallel ?? scenario.server?.tensorParallel ?? 1
  const named = servingGpus(gpus).length
  return over > named ? [{ wrong: `the server uses ${over} GPUs; number of named GPUs: ${named}` }] : []
}

/** Whether a name is that of a virtual GPU, such as `GRID T4-16Q` or `NVIDIA L40S-48Q`. */
export const isVirtualGpu = (name: string): boolean => /^GRID |-\d+[ABCQ]$/.test(name)

function wholeCards({ gpus }: GateInput, { before, after }: GpuTelemetry): Finding[] {
  return servingGpus(gpus).flatMap((gpu): Finding[] => {
    const { uuid } = gpu
    const modes = [before, after].map((snapshot) => migModeIn(snapshot, uuid))
    return [
      ...(modes.includes('Enabled') || uuid.startsWith('MIG-')
        ? [{ wrong: `${uuid}: MIG is on; a slice serves, and power is that of the whole board` }]
        : []),
      ...virtual(gpu),
      ...(modes[0] === undefined ? [{ unknown: `${uuid}: whether MIG is on could not be read` }] : []),
    ]
  })
}

function virtual({ uuid, name, virtualization }: Gpu): Finding[] {
  const isVirtual = /vgpu/i.test(virtualization ?? '') || isVirtualGpu(name)
  return isVirtual ? [{ wrong: `${uuid}: "${name}" is a virtual GPU (${virtualization ?? 'by its name'})` }] : []
}

/**
 * Why the measured card cannot be shown to have served, as far as that is known before the run: the place of the server, the
 * number of its GPUs, virtual GPUs.
 */
export function servingCardAtStart(record: GateInput): string[] {
  const found = [...location(record), ...spread(record), ...servingGpus(record.gpus).flatMap(virtual)]
  return unique(found.flatMap(({ wrong, unknown }) => wrong ?? unknown ?? []))
}

/** Undefined where it was not read; null for a card without MIG. */
const migModeIn = ({ health }: CardsSnapshot, uuid: string): string | null | undefined =>
  health.find((each) => each.uuid === uuid)?.migMode

function servers(record: GateInput, { before, after }: GpuTelemetry, serving: readonly string[]): Finding[] {
  const processes = [before, after].flatMap((snapshot) => snapshot.processes ?? [])
  const elsewhere = serverElsewhere(processes, serving, partMiB(record))
  return elsewhere === null ? [] : [{ wrong: elsewhere }]
}

/** Part of the weights on one serving GPU, in MiB; null for a model that is not in the catalogue. */
function partMiB({ scenario, gpus }: GateInput): number | null {
  const bytes = leastMemoryBytes(scenario)
  return bytes === null ? null : bytes / 2 ** 20 / servingGpus(gpus).length
}

function memoryOf(record: GateInput, { uuid, peakMemoryMiB, coverage }: CardLoad): Finding[] {
  const part = partMiB(record)
  if (part === null) return [{ unknown: `the weights of ${record.scenario.model} are not known` }]
  if (peakMemoryMiB === null) {
    const why = coverage === 0 ? 'no samples in the window' : 'the driver does not report the memory used'
    return [{ unknown: `${uuid}: ${why}` }]
  }
  if (!isBeyond(memoryShare, peakMemoryMiB / part)) return []
  return [{ wrong: `${uuid}: ${peakMemoryMiB} MiB used cannot hold ${Math.round(part)} MiB of weights` }]
}

function activityOf({ uuid, utilizationPct, meanPowerW, restPowerW }: CardLoad): Finding[] {
  if (utilizationPct !== null) {
    if (!isBeyond(utilization, utilizationPct / 100)) return []
    return [
      { wrong: `${uuid}: ${percent(utilizationPct / 100)} utilisation under load (least ${limitText(utilization)})` },
    ]
  }
  if (meanPowerW === null || restPowerW === null)
    return [{ unknown: `${uuid}: neither utilisation nor power shows that it worked` }]
  if (!isBeyond(powerRise, meanPowerW / restPowerW)) return []
  return [{ wrong: `${uuid}: ${meanPowerW.toFixed(1)} W under load, ${restPowerW.toFixed(1)} W idle: it did not work` }]
}

const passText = (record: GateInput, { uuid, peakMemoryMiB, utilizationPct }: CardLoad): string =>
  `${uuid}: ${peakMemoryMiB} MiB used for ${Math.round(partMiB(record) ?? 0)} MiB of weights, utilisation ${utilizationPct === null ? 'not reported' : percent(utilizationPct / 100)}`

const unique = (lines: readonly string[]): string[] => [...new Set(lines)]
