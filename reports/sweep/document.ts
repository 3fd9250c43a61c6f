import type { z } from 'zod'
import { kneeOf } from '../../harness/operating/sweep/knee.ts'
import { sloLoadOf } from '../../harness/operating/sweep/slo-load.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { GOOD_SHARE } from '../../harness/scenario/load-schema.ts'
import { gpusOf } from '../comparison/card-money.ts'
import type { Known } from '../facts.ts'
import { printable } from '../render/plain-text.ts'
import type { Measured } from '../tables/figure-cell.ts'
import { SWEEP_JSON_VERSION, type sweepJsonSchema } from './document-schema.ts'
import type { Sweep, SweepLine, SweptLoad } from './lines.ts'
import { beatenLoads } from './trade-offs.ts'

type Document = z.input<typeof sweepJsonSchema>
type SweepPart = Document['sweeps'][number]
type LoadPart = SweepPart['cards'][number]['loads'][number]
type FigurePart = LoadPart['ttftMs']

/** What was measured, and how each sweep ended. */
interface MeasuredSweeps {
  readonly sweeps: readonly Sweep[]
  readonly ended: readonly {
    readonly why: string
    readonly notMeasured: readonly { readonly concurrency: number; readonly reason: string }[]
  }[]
  readonly runs: readonly { readonly directory: string; readonly record: RunRecord }[]
}

/**
 * Sweeps as one JSON document (docs/schemas/sweep.schema.json); texts hold no control characters, but records are as they are.
 * Figures are `{ value, ci95 }`, or `{ value: null, reason }`; shares are fractions, values unrounded.
 */
export function sweepDocument({ sweeps, ended, runs }: MeasuredSweeps, leastGain: number): Document {
  const simulated = runs.some(({ record }) => record.source === 'simulated')
  return {
    ...{ format: 'joulemark-sweep', version: SWEEP_JSON_VERSION, simulated, stamp: simulated ? 'SIMULATED' : null },
    sweeps: clean(sweeps.map((sweep) => sweepPart(sweep, leastGain))),
    ended: clean(ended.map(({ why, notMeasured }) => ({ why, notMeasured: [...notMeasured] }))),
    runs: [...runs],
  }
}

const clean = <Part>(part: Part): Part =>
  JSON.parse(JSON.stringify(part, (_key, value) => (typeof value === 'string' ? printable(value) : value))) as Part

const sweepPart = ({ title, unit, lines }: Sweep, leastGain: number): SweepPart => ({
  ...{ title, unit, leastGain, goodShare: GOOD_SHARE },
  cards: lines.map((line) => {
    const points = line.loads.map(({ point }) => point)
    return {
      ...{ card: line.card, label: line.label, simulated: line.simulated, gpus: gpusOf(line.loads[0]!.run) },
      loads: line.loads.map((at) => loadPart(line, at)),
      knee: kneeOf(points, leastGain),
      slo: sloLoadOf(points, GOOD_SHARE) as SweepPart['cards'][number]['slo'],
    }
  }),
})

const loadPart = (line: SweepLine, at: SweptLoad): LoadPart => ({
  concurrency: at.concurrency,
  run: at.run.id,
  simulated: at.run.source === 'simulated',
  tokensPerSPerUser: figure(at.interactivity),
  tokensPerSPerGpu: figure(at.perGpu),
  gbpPerMillionTokens: figure(at.gbp),
  ttftMs: figure(at.ttftMs),
  tokensPerJ: figure(at.tokensPerJ),
  sloShare: at.point.sloShare as LoadPart['sloShare'],
  obstacle: at.point.obstacle,
  beaten: beatenLoads(line.loads).has(at),
})

const figure = (known: Known<Measured>): FigurePart =>
  'reason' in known ? { value: null, reason: known.reason } : (known.value as FigurePart)
