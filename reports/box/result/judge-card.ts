import { servingGpus } from '../../../harness/physics/serving-gpus.ts'
import type { Gpu } from '../../../harness/record/schema/gpu.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { serverFaults } from '../causes.ts'
import { type CardState, cardState } from '../siblings/card-state.ts'
import { hotterBy } from '../siblings/differences.ts'
import { faultCause } from '../siblings/fault-cause.ts'
import { narrowLink } from '../siblings/narrow-link.ts'
import type { BoxCheck, BoxInput } from './box-input.ts'
import type { CardResult, Comparison, Reason } from './box-result.ts'
import { printedField, runsOfCard } from './evidence.ts'
import { figuresOf } from './figures.ts'
import { missingReasons, missingSteps, withoutMissing } from './missing.ts'
import { comparisonLine, rejectionReasons } from './reasons.ts'
import { verdictOf, wordOf } from './verdict-of.ts'

/** The verdict on one card of the server, from the runs that it served by itself and from its siblings. */
export function judgeCard(
  card: BoxInput['cards'][number],
  input: BoxInput,
  { comparisons, siblings }: { readonly comparisons: readonly Comparison[]; readonly siblings: readonly CardState[] },
): CardResult {
  const runs = runsOfCard(input.records, card.uuid)
  const gpu = runs.flatMap(({ gpus }) => servingGpus(gpus)).at(-1) ?? null
  const state = cardState(runs)
  const findings = uniqueChecks(runs.flatMap((run) => [...input.findingsOf(run)]))
  const figures = figuresOf(runs, input.earlier, findings)
  const simulated = input.records.some(({ source }) => source === 'simulated')
  const link = narrowLink(state, siblings)
  const faults = [
    ...cutFaults(runs),
    ...rejectionReasons(findings, figures, comparisons, (part) => faultCause(runs, part)),
    ...(link === null ? [] : [link]),
  ]
  const missing = missingSteps([card.uuid], input.outcomes)
  const judged = verdictOf(figures, faults.length > 0, simulated)
  const verdicts = withoutMissing(judged, missing.length > 0)
  const isMissing = wordOf(judged) !== wordOf(verdicts)
  const unmeasured = isMissing ? missingReasons(missing) : whyNotMeasured(card.uuid, input, figures)
  const reasons = wordOf(verdicts) === 'not-measured' ? unmeasured : faults
  return {
    ...identityOf(card, gpu, input),
    numaNode: state.numaNode,
    ...verdicts,
    reasons,
    remarks: remarksOf(findings, comparisons, hotterBy(state, siblings)),
    figures,
    comparisons: [...comparisons],
  }
}

function remarksOf(findings: readonly BoxCheck[], comparisons: readonly Comparison[], hotter: number | null): string[] {
  return [
    ...(hotter === null ? [] : [`${hotter.toFixed(0)} °C hotter than its siblings under load`]),
    ...comparisons
      .filter(({ verdict }) => verdict === 'remark')
      .map((each) => `${comparisonLine(each)}${each.cause === null ? '' : `; likely ${each.cause}`}`),
    ...findings.filter(({ status }) => status === 'warn').map(({ id, read }) => `${id}: ${read}`),
  ]
}

function identityOf(card: BoxInput['cards'][number], gpu: Gpu | null, { records }: BoxInput) {
  const printed = (field: string) => printedField(records, card.uuid, field)
  const { widthCurrent, widthMax } = gpu?.pcie ?? { widthCurrent: null, widthMax: null }
  return {
    index: card.index,
    uuid: card.uuid,
    name: gpu?.name ?? card.entry.label,
    serial: printed('serial'),
    vbios: gpu?.vbios ?? printed('vbios_version'),
    slot: printed('pci.bus_id'),
    powerLimitW: gpu?.powerLimitW ?? null,
    memoryTotalMiB: gpu?.memoryTotalMiB ?? null,
    eccMode: gpu?.eccMode ?? null,
    pcie: widthCurrent === null || widthMax === null ? null : `x${widthCurrent} of x${widthMax}`,
  }
}

/** Faults of the server in runs that did not end, as of a card that was lost under load: their figures are not judged. */
const cutFaults = (runs: readonly RunRecord[]): Reason[] =>
  [...new Set(runs.filter(({ status }) => status !== 'complete').flatMap(serverFaults))].map((what) => ({
    what,
    cause: null,
    fix: null,
  }))

/** What was planned on a card and failed, and what was measured and could not be judged; each cause once. */
function whyNotMeasured(uuid: string, input: BoxInput, figures: CardResult['figures']): Reason[] {
  const failed = input.outcomes.filter(({ outcome, cards }) => outcome !== 'done' && cards.includes(uuid))
  const causes = [
    ...failed.flatMap(({ reason }) => reason ?? []),
    ...figures.filter(({ verdict }) => verdict === 'not-measured').flatMap(({ why }) => why.slice(0, 1)),
  ]
  const known = input.ends === null ? causes : [input.ends]
  const once = [...new Set(known)]
  return (once.length === 0 ? ['no run was made on this card'] : once).map((what) => ({ what, cause: null, fix: null }))
}

/** Checks of several records of one card: the same text once. */
function uniqueChecks(checks: readonly BoxCheck[]): BoxCheck[] {
  return [...new Map(checks.map((check) => [`${check.id} ${check.status} ${check.read}`, check])).values()]
}
