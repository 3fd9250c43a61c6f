import { pointOfRun } from '../../harness/operating/sweep/point-of-run.ts'
import { meets } from '../../harness/operating/sweep/slo-load.ts'
import type { SweepPoint } from '../../harness/operating/sweep/sweep-point.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { GOOD_SHARE } from '../../harness/scenario/load-schema.ts'
import { gpusOf, moneyAt, unitCost } from '../comparison/card-money.ts'
import type { Facts, Known } from '../facts.ts'
import { commonTitle, exceptLoad } from '../tables/alike-loads.ts'
import { type Measured, measuredOf } from '../tables/figure-cell.ts'
import { byWorth, type CardColumn, cardKeyOf, labelOf, priceRank } from '../tables/selection.ts'
import { servedBy, toldApart } from './served-by.ts'
import type { LoadFigures, TradedLine } from './trade-offs.ts'

/** One load of a sweep: its run, and the figures of the trade-off. */
export interface SweptLoad extends LoadFigures {
  readonly run: RunRecord
  readonly point: SweepPoint
  readonly tokensPerJ: Known<Measured>
}

/** The loads of one card on one server, from the lowest to the highest. */
export interface SweepLine extends TradedLine<SweptLoad> {
  readonly card: CardColumn
  readonly simulated: boolean
}

/** Runs that differ only in the number of requests or sessions in flight, by card and server. */
export interface Sweep {
  readonly title: string
  readonly lines: readonly SweepLine[]
  /** What is in flight. */
  readonly unit: 'stream' | 'conversation'
}

/**
 * The sweeps among runs, each of two loads or more on one card. Loads of different servers are different lines: simulated and live
 * ones, other numbers of GPUs, engines and limits. Of several runs of one load the one that a report shows is taken.
 */
export function sweepsOf(runs: readonly RunRecord[], facts: Facts): Sweep[] {
  const closed = runs.filter(({ scenario }) => scenario.kind === 'text' && scenario.load.shape === 'closed')
  return [...Map.groupBy(closed, exceptLoad).values()].flatMap((group): Sweep[] => {
    const lines = [...Map.groupBy(group, cardKeyOf).values()].flatMap((ofCard) => linesOf(ofCard, facts))
    if (lines.every(({ loads }) => loads.length < 2)) return []
    const { load } = group[0]!.scenario
    return [
      {
        title: commonTitle(group, (model) => facts.model(model)?.label ?? model),
        lines: lines.toSorted((a, b) => priceRank(a.card.key, facts) - priceRank(b.card.key, facts)),
        unit: 'session' in load && load.session ? 'conversation' : 'stream',
      },
    ]
  })
}

/** One line for each server that the card is in. */
function linesOf(runs: readonly RunRecord[], facts: Facts): SweepLine[] {
  const card = { key: cardKeyOf(runs[0]!), label: labelOf(runs[0]!, facts) }
  const servers = [...Map.groupBy(runs, servedBy).values()]
  const differs = toldApart(servers.map(([first]) => first!))
  return servers.map((own, at) => {
    const byLoad = Map.groupBy(own, (run) => pointOfRun(run)!.concurrency)
    const loads = [...byLoad.values()].map((repeats) => loadOf(repeats.toSorted(byWorth)[0]!, card, facts))
    return {
      card,
      label: [card.label, ...differs[at]!].join(', '),
      simulated: own[0]!.source === 'simulated',
      loads: loads.toSorted((a, b) => a.concurrency - b.concurrency),
    }
  })
}

function loadOf(run: RunRecord, card: CardColumn, facts: Facts): SweptLoad {
  const total = measuredOf(run, 'outputTokensPerS')
  const gpus = gpusOf(run)
  const share = ({ value, ci95 }: Measured): Measured => ({
    value: value / gpus,
    ci95: ci95 && [ci95[0] / gpus, ci95[1] / gpus],
  })
  const point = pointOfRun(run)!
  return {
    run,
    point,
    concurrency: point.concurrency,
    isFailed: point.obstacle?.kind === 'failed',
    breaksSlo: point.sloShare !== null && !meets(point, GOOD_SHARE),
    interactivity: measuredOf(run, 'decodeTokensPerS'),
    perGpu: 'reason' in total ? total : { value: share(total.value) },
    gbp: unitCost(moneyAt(card, { value: run }, facts)),
    ttftMs: measuredOf(run, 'ttftMsP50'),
    tokensPerJ: measuredOf(run, 'tokensPerJ'),
  }
}
