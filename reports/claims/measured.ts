import { headlineMetric } from '../../harness/metrics/headline.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isOperatingPoint } from '../../harness/record/setting/operating-point.ts'
import { SMALLEST_EFFECT } from '../../harness/verdict/verdict.ts'
import { formatInterval, formatNumber } from '../render/format-cell.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import type { Claims } from './claims.ts'
import type { ClaimCatalogue } from './context.ts'
import { quantityOf } from './context.ts'
import type { Finding } from './finding.ts'

/**
 * Claims against measurements: for each throughput row that names a scenario, the newest complete live run of it on one of
 * the claimed card's editions. A claim within the practical threshold is confirmed. Simulated runs confirm and refute
 * nothing and are skipped; so are points of a tuning, because a claim is about a card as it is run.
 */
export function measuredFindings(claims: Claims, runs: readonly RunRecord[], catalogue: ClaimCatalogue): Finding[] {
  const usable = runs
    .filter((run) => run.source === 'live' && run.status === 'complete' && !isOperatingPoint(run))
    .toSorted(newestFirst)
  return (claims.tables.throughput?.rows ?? []).flatMap((row) =>
    Object.keys(claims.cards).flatMap((key): Finding[] => {
      const editions = new Set(catalogue.cardsFor(key).map((card) => card.key))
      const run = usable.find(
        (at) => at.scenario.name === row.scenario && at.card.key !== null && editions.has(at.card.key),
      )
      const claimed = quantityOf(row, key)
      const known = run === undefined ? null : measuredOf(run, headlineMetric(run.scenario))
      if (run === undefined || claimed === null || known === null || 'reason' in known) return []
      const { value, ci95 } = known.value
      const nearest = Math.min(Math.max(value, claimed.low), claimed.high)
      const error = nearest / value - 1
      const interval = ci95 ? ` ${formatInterval(value, ci95, 0)}` : ''
      const measured = `measured ${formatNumber(value, value < 100 ? 1 : 0)}${interval} on ${run.card.key} (${run.id})`
      const cell = `throughput.${row.id}.${key}`
      if (Math.abs(error) <= SMALLEST_EFFECT) return [{ cell, status: 'confirmed', why: measured }]
      const side = error > 0 ? 'too high' : 'too low'
      return [{ cell, status: 'off', why: `${formatNumber(Math.abs(error) * 100, 0)} % ${side}: ${measured}` }]
    }),
  )
}

const newestFirst = (a: RunRecord, b: RunRecord): number =>
  a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0
