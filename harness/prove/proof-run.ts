import { runLimit } from '../physics/run-limit.ts'
import type { ProofRun, ProofStepId } from '../record/schema/proof.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { isFixedDemand } from '../scenario/load-shape.ts'

/** The figures of a run that a proof shows, in this order. */
const figures = [
  'outputTokensPerS',
  'ttftMsP50',
  'tpotMsP50',
  'stepsPerS',
  'trainedTokensPerS',
  'meanPowerW',
  'tokensPerJ',
  'joulesPerStep',
  'peakMemoryMiB',
  'errorRate',
] as const
/** Rates that the physical limit of a run bounds, by its kind; under a fixed demand they say what was asked for. */
const limitedRates = { text: 'outputTokensPerS', training: 'trainedTokensPerS' } as const

/** A record as a step of a proof: its figures, its gates, and what `verify` found; null where it was not verified. */
export function proofRun(step: ProofStepId, record: RunRecord, problems: readonly string[] | null): ProofRun {
  const known = figures.flatMap((id) => {
    const figure = record.result[id]
    return figure === undefined ? [] : [[id, figure] as const]
  })
  return {
    step,
    id: record.id,
    title: record.scenario.title,
    status: record.status,
    manifestSha256: record.manifestSha256 ?? null,
    problems: problems === null ? null : [...problems],
    figures: Object.fromEntries(known),
    limitShare: limitShareOf(record),
    gates: record.gates.map(({ id, status, evidence }) => ({ id, status, evidence })),
  }
}

function limitShareOf(record: RunRecord): number | null {
  const { kind, load } = record.scenario
  if (isFixedDemand(load)) return null
  if (kind !== 'text' && kind !== 'training') return null
  const limit = runLimit(record)
  const rate = record.result[limitedRates[kind]]?.mean ?? null
  if ('reason' in limit || rate === null) return null
  const most = limit.kind === 'training' ? limit.tokensPerS : limit.value
  return rate / most
}
