import { kneeOf } from '../../harness/operating/sweep/knee.ts'
import { sloLoadOf } from '../../harness/operating/sweep/slo-load.ts'
import { GOOD_SHARE } from '../../harness/scenario/load-schema.ts'
import type { Known } from '../facts.ts'
import { printable } from '../render/plain-text.ts'
import type { Measured } from '../tables/figure-cell.ts'
import type { Sweep, SweepLine, SweptLoad } from './lines.ts'
import { beatenLoads } from './trade-offs.ts'

/**
 * Sweeps for a reader of JSON: by card the `loads[]` (`concurrency`, `run`, `simulated`, `tokensPerSPerUser`, `tokensPerSPerGpu`,
 * `gbpPerMillionTokens`, `ttftMs`, `tokensPerJ`, `sloShare`, `obstacle`, `beaten`), the `knee` and the `slo`. Figures are
 * `{ value, ci95 }`, or `{ value: null, reason }`; shares are fractions, values unrounded.
 */
export function sweepDocument(sweeps: readonly Sweep[], leastGain: number): object[] {
  const document = sweeps.map(({ title, unit, lines }) => ({
    title,
    unit,
    leastGain,
    goodShare: GOOD_SHARE,
    cards: lines.map((line) => {
      const points = line.loads.map(({ point }) => point)
      return {
        card: line.card,
        loads: line.loads.map((at) => loadDocument(line, at)),
        knee: kneeOf(points, leastGain),
        slo: sloLoadOf(points, GOOD_SHARE),
      }
    }),
  }))
  return JSON.parse(
    JSON.stringify(document, (_key, value) => (typeof value === 'string' ? printable(value) : value)),
  ) as object[]
}

function loadDocument(line: SweepLine, at: SweptLoad): object {
  return {
    concurrency: at.concurrency,
    run: at.run.id,
    simulated: at.run.source === 'simulated',
    tokensPerSPerUser: figure(at.interactivity),
    tokensPerSPerGpu: figure(at.perGpu),
    gbpPerMillionTokens: figure(at.gbp),
    ttftMs: figure(at.ttftMs),
    tokensPerJ: figure(at.tokensPerJ),
    sloShare: at.point.sloShare,
    obstacle: at.point.obstacle,
    beaten: beatenLoads(line.loads).has(at),
  }
}

const figure = (known: Known<Measured>): object =>
  'reason' in known ? { value: null, reason: known.reason } : known.value
