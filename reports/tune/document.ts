import type { z } from 'zod'
import type { Best } from '../../harness/operating/best.ts'
import type { NoLoss } from '../../harness/operating/no-loss.ts'
import { goals } from '../../harness/operating/operating-points.ts'
import type { PointRow } from '../../harness/operating/points.ts'
import { printable } from '../render/plain-text.ts'
import { answersOf, lossId } from './answers.ts'
import { TUNE_JSON_VERSION, type tuneJsonSchema } from './document-schema.ts'
import type { Tuning } from './tuning.ts'

type Document = z.infer<typeof tuneJsonSchema>
type TuningPart = Document['tunings'][number]

/** Tunings as one JSON document; texts hold no control characters. Values are unrounded, shares are fractions, unknown is null. */
export function tuneDocument(tunings: readonly Tuning[]): Document {
  const simulated = tunings.some((tuning) => tuning.simulated)
  const document: Document = {
    format: 'joulemark-tune',
    version: TUNE_JSON_VERSION,
    simulated,
    stamp: simulated ? 'SIMULATED' : null,
    tunings: tunings.map(partOf),
  }
  return JSON.parse(
    JSON.stringify(document, (_key, value) => (typeof value === 'string' ? printable(value) : value)),
  ) as Document
}

function partOf(tuning: Tuning): TuningPart {
  const { id, title, card, gpus, foundW, simulated, money, table, operating } = tuning
  const texts = new Map(answersOf(tuning).map((answer) => [answer.id, answer.answer]))
  const { scenario, blocks, plannedBlocks, headline, unit, rows, leftOut } = table
  return {
    ...{ id, title, gpus, foundW, simulated, blocks, plannedBlocks, headline },
    scenario: scenario.name,
    card: card.label,
    priced: unit.priced,
    ...('reason' in money ? { money: null, moneyReason: money.reason } : { money }),
    points: rows.map(pointPart),
    operatingPoints: goals.flatMap((goal) => {
      const text = texts.get(goal)
      return text === undefined ? [] : [{ goal, ...bestPart(operating.best[goal]), text }]
    }),
    noLoss: operating.noLoss.map((loss) => ({ ...lossPart(loss), text: texts.get(lossId(loss)) ?? '' })),
    leftOut: leftOut.map((run) => ({ run: run.id || null, point: run.key, block: run.block, reason: run.reason })),
  }
}

const pointPart = (row: PointRow): TuningPart['points'][number] => ({
  key: row.key,
  label: row.label,
  ...row.setting,
  concurrency: row.concurrency,
  enforcedW: row.enforcedW,
  blocks: [...row.blocks],
  runs: [...row.runs],
  figures: row.figures as TuningPart['points'][number]['figures'],
  gbp: row.gbp,
  change: relative(row.vsReference),
  slo: row.slo,
  reason: row.reason,
})

const bestPart = ({ proposal, members, atMostWorse, reason }: Best) => ({
  proposal: proposal?.key ?? null,
  members: members.map(({ key }) => key),
  atMostWorse,
  reason,
})

const lossPart = ({ reference, downTo, stoppedAt, others, ...loss }: NoLoss) => ({
  ...loss,
  reference: reference?.key ?? null,
  downTo: downTo?.key ?? null,
  stoppedAt: stoppedAt?.key ?? null,
  others: others.map((each) => ({ metric: each.metric, relative: relative(each.relative) })),
})

const relative = (of: PointRow['vsReference']) =>
  of === null ? null : { value: of.value, ci95: [of.ci95[0], of.ci95[1]] as [number, number] }
