import { cardByKey, editionsOf } from '../catalogue/cards.ts'
import { servingUuids } from '../physics/serving-gpus.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { CardSight, GpuTelemetry } from '../record/schema/telemetry.ts'
import { cardMatch, type ExpectedCard, ecc, gpuExclusive, powerLimit } from './card.ts'
import { clockSteps, energyAgreement, energyCoverage, thermalSoak, throttle, throttledBetween } from './card-power.ts'
import { type GateInput, type GateResult, notMeasured } from './gate.ts'
import type { GateId } from './run.ts'

/** The gates that are about the card, its sensors and its energy; they mean the same for every kind of run. */
export function cardGates(record: GateInput): Partial<Record<GateId, GateResult>> {
  const { gpus, gpusReason, trials, telemetry, scenario } = record
  const fromRun = {
    'card-match': cardMatch(expectedCard(record.card), record.card, gpus),
    'energy-coverage': energyCoverage(trials, gpus, gpusReason),
  }
  if (telemetry === undefined) {
    const unwatched = notMeasured(gpusReason ?? 'the cards were not watched to the end of the run')
    const rest: readonly GateId[] = [
      ...(['gpu-exclusive', 'energy-agreement', 'throttle', 'thermal-soak', 'ecc', 'power-limit', 'clock'] as const),
    ]
    return { ...fromRun, ...Object.fromEntries(rest.map((id) => [id, unwatched])) }
  }
  const uuids = servingUuids(gpus)
  const windows = telemetry.trials.flatMap(({ window }) => window ?? [])
  const before = healthOfServing(telemetry.before, uuids)
  const after = healthOfServing(telemetry.after, uuids)
  const steps = telemetry.sampler?.events.filter((event) => event.kind === 'clock-step') ?? null
  return {
    ...fromRun,
    'gpu-exclusive': gpuExclusive([telemetry.before, telemetry.after].map(processesIn), uuids),
    'energy-agreement': energyAgreement(pairsOf(record, telemetry)),
    throttle: throttle(windows, throttledBetween(before, after), telemetry.after.atMs - telemetry.before.atMs),
    'thermal-soak': thermalSoak(windows),
    ecc: telemetry.after.healthReason === undefined ? ecc(before, after) : notMeasured(telemetry.after.healthReason),
    'power-limit': powerLimit(limitsOf(record, telemetry), scenario.powerLimitW ?? null),
    clock: clockSteps(steps, trials),
  }
}

/** The card that was named or, where nobody named one, the one that the GPU's own name says. */
function expectedCard({ claimed, key }: RunRecord['card']): ExpectedCard | null {
  const named = claimed ?? key
  if (named === null) return null
  const card = cardByKey(named)
  const cards = card === null ? editionsOf(named) : [card]
  const entries = cards.map(({ smiName, smiMemoryMiB }) => ({ smiName, memoryTotalMiB: smiMemoryMiB.value }))
  return { key: named, entries }
}

const healthOfServing = (sight: CardSight, uuids: readonly string[]) =>
  sight.health.filter(({ uuid }) => uuids.includes(uuid))

const processesIn = ({ processes, processesReason }: CardSight) => ({
  processes,
  ...(processesReason === undefined ? {} : { reason: processesReason }),
})

const pairsOf = ({ trials }: GateInput, telemetry: GpuTelemetry) =>
  telemetry.trials.map(({ trial, counterEnergyJ, reasons }) => ({
    trial,
    trapezoidJ: trials.find(({ index }) => index === trial)?.energyJ ?? null,
    counterJ: counterEnergyJ,
    ...(reasons['counterEnergyJ'] === undefined ? {} : { reason: reasons['counterEnergyJ'] }),
  }))

/** The limits as they were before the run and after it: one that was changed meanwhile must not pass. */
function limitsOf({ gpus }: GateInput, telemetry: GpuTelemetry): GateInput['gpus'] {
  const later = gpus.flatMap((gpu) => {
    const powerLimitW = telemetry.after.health.find(({ uuid }) => uuid === gpu.uuid)?.enforcedLimitW ?? null
    return powerLimitW === null || powerLimitW === gpu.powerLimitW ? [] : [{ ...gpu, powerLimitW }]
  })
  return [...gpus, ...later]
}
