import { editionsOf } from '../../catalogue/cards.ts'
import { cardEntryByKey } from '../../catalogue/own/own-cards.ts'
import { yamlLine } from '../../catalogue/own/yaml-lines.ts'
import { servingGpus } from '../../physics/serving-gpus.ts'
import type { Gpu } from '../../record/schema/gpu.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import type { RunSetting } from '../../record/schema/setting.ts'
import type { GpuTelemetry } from '../../record/schema/telemetry.ts'
import { defineGate, everyKind, type GateInput, type GateResult, gateResult, notMeasured } from '../gate.ts'
import { failsAbove, isBeyond, relativeDifference } from '../threshold.ts'
import { notWatched } from './watched.ts'

type Result = GateResult<'pass' | 'fail' | 'not-measured'>

/** The named card with its catalogue entries. A group has several. */
export interface ExpectedCard {
  readonly key: string
  /** `memoryTotalMiB` is null for a card of which nvidia-smi reports none. */
  readonly entries: readonly { readonly smiName: string; readonly memoryTotalMiB: number | null }[]
}

/** ECC and reserved memory stay within this share of the memory; a partition (MIG, vGPU) does not. */
const memoryDifference = failsAbove({
  what: 'difference between the memory of the GPU and that of the named card',
  value: 0.1,
  unit: 'share',
})

/** Price and physical limit are those of the card that served. */
export const cardMatch = defineGate({
  question: 'Is the GPU that served the model the card that the report names?',
  kinds: everyKind,
  required: true,
  beforeTrials: true,
  thresholds: { memoryDifference },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'Name and memory of each serving GPU, as nvidia-smi reports them, are compared with the catalogue entry of the card. A group name, such as rtx-6000-pro, stands for any of its editions.',
  evidence: 'Number, name and memory of the serving GPUs.',
  usualCauses:
    'Several models of card in one machine and another one than expected serves; a MIG slice; a card with more or less memory than the edition that was named.',
  whatToDo:
    'Name the installed card (`--card`), name the serving GPUs (`--gpus`), or turn MIG off. For a card that is not in the catalogue, add the line that the evidence prints to joulemark.yaml.',
  evaluate: ({ card, gpus }) => matchCard(expectedCard(card), card, gpus),
})

/** The named card or, if none was named, the card with the name of the GPU. */
function expectedCard({ claimed, key, description }: RunRecord['card']): ExpectedCard | null {
  const named = claimed ?? key
  if (named === null) return null
  // the record has the user's own card as it was then
  const own = key !== null && description?.key === named ? description : null
  const card = own ?? cardEntryByKey(named)
  const cards = card === null ? editionsOf(named) : [card]
  const entries = cards.map(({ smiName, smiMemoryMiB }) => ({ smiName, memoryTotalMiB: smiMemoryMiB?.value ?? null }))
  return { key: named, entries }
}

/** Fails if a serving GPU has another name or another amount of memory than the expected card. */
export function matchCard(expected: ExpectedCard | null, card: RunRecord['card'], gpus: readonly Gpu[]): Result {
  const serving = servingGpus(gpus)
  if (serving.length === 0) return notMeasured(card.reason ?? 'no GPU could be read')
  if (!expected) {
    const { description } = card
    const missing = description?.memoryBandwidthGBs === undefined ? ['memoryBandwidthGBs'] : []
    const add =
      description === undefined ? '' : `; to name it, add to joulemark.yaml: ${yamlLine(description, missing)}`
    return notMeasured(`"${serving[0]?.name}" is not in the catalogue, and no card was named${add}`)
  }
  for (const gpu of serving) {
    const plain = gpu.name.replace(/ \(SIMULATED\)$/, '')
    const entry = expected.entries.find(({ smiName }) => smiName === plain)
    if (!entry) return gateResult('fail', `${gpu.uuid} is a "${gpu.name}"; the named card is ${expected.key}`)
    const { memoryTotalMiB: hasMiB } = gpu
    const expectedMiB = entry.memoryTotalMiB
    // the catalogue has no memory of a card of which nvidia-smi reports none (GB10): only its name is compared
    if (expectedMiB === null) continue
    if (hasMiB === null)
      return notMeasured(`${gpu.uuid}: the driver does not report its memory; a ${expected.key} has ${expectedMiB} MiB`)
    if (isBeyond(memoryDifference, relativeDifference(hasMiB, expectedMiB)))
      return gateResult('fail', `${gpu.uuid} has ${hasMiB} MiB; a ${expected.key} has ${expectedMiB}`)
  }
  const memory = serving.map((gpu) => gpu.memoryTotalMiB ?? '?').join(' and ')
  return gateResult('pass', `${serving.length} x "${serving[0]?.name}", ${memory} MiB: ${expected.key}`)
}

const limitDifference = failsAbove({
  what: 'difference between the enforced and the expected power limit',
  value: 1,
  unit: 'W',
})

/** With a lowered power limit a card is slower and more efficient than others of its model. */
export const powerLimit = defineGate({
  question: 'Did the card run at its default power limit, or at the one that was meant?',
  kinds: everyKind,
  required: false,
  thresholds: { limitDifference },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'The enforced limit of each serving GPU, before and after the run, is compared with the default of the driver, with `powerLimitW` of the scenario, or with the limit that `tune` or `box` set for the run, or that it found and left.',
  evidence: 'The enforced limits; on a failure, the GPU, the expected limit and the command that sets it.',
  usualCauses:
    'A limit that was set by hand or by a start script, or that was lost after a restart without persistence mode; a chassis that limits its cards; another user who changes it.',
  whatToDo:
    'Set the limit with the command that the evidence prints, or state it as `powerLimitW` in the scenario. Measure a tuned run again whose limit was changed meanwhile.',
  evaluate: (record) => {
    if (!record.telemetry) return notWatched(record)
    const limits = limitsOf(record, record.telemetry)
    const meant = meantLimit(record.scenario.powerLimitW, record.setting)
    const left = record.setting?.powerLimitW
    // cards that were found at different limits and left there: each has its own, which must not change
    return meant === null && left !== undefined
      ? compareWithBefore(limits, left.reason ?? 'no limit was found')
      : comparePowerLimit(limits, meant)
  },
})

/** A limit other than the default that a run was meant to have, and who meant it. */
export interface MeantLimit {
  readonly limitW: number
  readonly source: string
}

/**
 * What was set for the run comes before what its scenario states, and that before the limit that a tuning of clocks found and
 * left; null: the default of the card.
 */
function meantLimit(statedW: number | undefined, setting: RunSetting | undefined): MeantLimit | null {
  const { asked = null, found = null } = setting?.powerLimitW ?? {}
  if (asked !== null) return { limitW: asked, source: `set on purpose by ${setting?.by}` }
  if (statedW !== undefined) return { limitW: statedW, source: 'stated by the scenario' }
  return found === null ? null : { limitW: found, source: `as ${setting?.by} found it` }
}

/** The limits before and after the run: a limit changed during the run must not pass. */
function limitsOf({ gpus }: GateInput, telemetry: GpuTelemetry): GateInput['gpus'] {
  const later = gpus.flatMap((gpu) => {
    const powerLimitW = telemetry.after.health.find(({ uuid }) => uuid === gpu.uuid)?.enforcedLimitW ?? null
    return powerLimitW === null || powerLimitW === gpu.powerLimitW ? [] : [{ ...gpu, powerLimitW }]
  })
  return [...gpus, ...later]
}

/** Fails when a card that was left at a limit of its own had another one after the run. */
function compareWithBefore(gpus: readonly Gpu[], reason: string): Result {
  const serving = servingGpus(gpus)
  const changed = serving.findLast(({ uuid, powerLimitW }) =>
    serving.some((before) => before.uuid === uuid && before.powerLimitW !== powerLimitW),
  )
  return changed === undefined
    ? notMeasured(reason)
    : gateResult('fail', `${changed.uuid}: its limit was changed during the run, to ${changed.powerLimitW} W`)
}

/** Fails when an enforced limit is neither the default of the card nor the one that was meant. */
export function comparePowerLimit(gpus: readonly Gpu[], meant: MeantLimit | null = null): Result {
  const known = servingGpus(gpus).flatMap(({ index, uuid, powerLimitW, powerDefaultLimitW }) =>
    powerLimitW === null || powerDefaultLimitW === null
      ? []
      : [{ gpu: index ?? uuid, uuid, enforcedW: powerLimitW, expectedW: meant?.limitW ?? powerDefaultLimitW }],
  )
  if (known.length === 0) return notMeasured('the driver does not report a power limit')
  const source = meant?.source ?? 'the default'
  const off = known.find(({ enforcedW, expectedW }) => isBeyond(limitDifference, Math.abs(enforcedW - expectedW)))
  if (off === undefined)
    return gateResult('pass', `enforced ${known.map(({ enforcedW }) => enforcedW).join(' and ')} W, ${source}`)
  return gateResult(
    'fail',
    `${off.uuid}: enforced ${off.enforcedW} W, not ${off.expectedW} W, ${source} (fix with sudo nvidia-smi -i ${off.gpu} -pl ${off.expectedW})`,
  )
}
