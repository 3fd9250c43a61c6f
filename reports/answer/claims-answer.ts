import { counted } from '../../harness/units.ts'
import type { Claims } from '../claims/claims.ts'
import { type Status, statuses, type Verdict } from '../claims/finding.ts'
import { isTroubling } from '../comparison/audit.ts'
import type { Answer, Tile } from './answer.ts'
import { joinedAnd } from './phrases.ts'

/** Checked claims, and what was found of each. */
export interface CheckedClaims {
  readonly claims: Claims
  readonly verdicts: readonly Verdict[]
}

/** The answer of a report with checked claims: beside the runs a fact, without runs the whole answer. */
export function withClaims(answer: Answer | undefined, checked: CheckedClaims): Answer {
  const { verdicts, claims } = checked
  const doubtful = verdicts.filter(({ status }) => isTroubling(status)).length
  const source = [claims.source.publisher, claims.source.published_at].filter((part) => part !== undefined).join(', ')
  if (answer !== undefined) {
    const text = `${counted(verdicts.length, 'published claim')} checked, ${doubtful} questionable`
    return { ...answer, facts: [...answer.facts, { label: 'Claims', text }] }
  }
  return {
    isMixed: false,
    facts: [
      { label: 'Claims of', text: claims.source.title },
      { label: 'Source', text: source || 'no source given' },
      { label: 'Checked by', text: 'arithmetic, catalogue and physical limits; no runs were given' },
    ],
    sentences: [
      `Of ${counted(verdicts.length, 'claim')}, ${doubtful} ${doubtful === 1 ? 'is' : 'are'} questionable: ${saidOf(verdicts, true)}.`,
      `The others: ${saidOf(verdicts, false)}.`,
    ],
    tiles: tilesOf(verdicts),
    chart: null,
    quality: null,
  }
}

/** A verdict as it follows a number of claims. */
const saidStatus = (status: Status): string =>
  status === 'contradicts-datasheet' ? 'against the datasheet' : status === 'off' ? 'off our measurement' : status

const countOf = (verdicts: readonly Verdict[], status: Status): number =>
  verdicts.filter((verdict) => verdict.status === status).length

function saidOf(verdicts: readonly Verdict[], isDoubtful: boolean): string {
  const counts = statuses
    .filter((status) => isTroubling(status) === isDoubtful)
    .map((status) => ({ status, count: countOf(verdicts, status) }))
    .filter(({ count }) => count > 0)
  return joinedAnd(counts.map(({ status, count }) => `${count} ${saidStatus(status)}`)) || 'none'
}

/** The verdicts that were found, the worst first. */
function tilesOf(verdicts: readonly Verdict[]): Tile[] {
  return statuses
    .map((status) => ({ status, count: countOf(verdicts, status) }))
    .filter(({ count }) => count > 0)
    .slice(0, 4)
    .map(({ status, count }) => ({
      id: status,
      label: `Claims ${saidStatus(status)}, of ${verdicts.length}`,
      of: null,
      figures: [{ card: null, note: null, cell: { kind: 'number', value: count, unit: '', digits: 0 } }],
    }))
}
