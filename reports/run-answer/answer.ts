import { dirname } from 'node:path'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Facts } from '../facts.ts'
import { figuresOf } from './figures.ts'
import { gateGroupsOf } from './gate-groups.ts'
import { gateLines } from './gate-lines.ts'
import { headLines } from './head.ts'
import { latencyLines } from './latencies.ts'
import { type AnswerLine, linesText, named, rowsOf, type Terminal } from './lines.ts'
import { nextAfterRuns, nextLines } from './next.ts'

/** A run that ended, and its folder. */
export interface EndedRun {
  readonly record: RunRecord
  readonly directory: string
}

/** Rows that the answer of an ordinary run may take on a terminal. */
const SCREEN = 25

/**
 * The answer of one run on a terminal, at most 25 rows of 80 columns for an ordinary run of text: what was measured and
 * where, its first figures, the percentiles of its latencies, whether it may be quoted, the gates that did not pass, and what
 * to type next.
 */
export function runAnswer(
  { record, directory }: EndedRun,
  facts: Pick<Facts, 'limit' | 'card'>,
  terminal: Terminal,
): string {
  const above = [...headLines(record, facts), ...measuredLines(record, facts), BLANK]
  const below: AnswerLine[] = [
    { ...named('Record', directory), fit: 'whole' },
    ...nextLines(nextAfterRuns([record], { runs: directory, folder: dirname(directory) })),
  ]
  const rows = (lines: readonly AnswerLine[]) => rowsOf(lines, terminal)
  // in a file there is room for every cause
  const room = terminal.columns === null ? Number.POSITIVE_INFINITY : SCREEN - 1 - rows([...above, ...below])
  return linesText([...above, ...gateLines(record, room, rows), ...below], terminal)
}

const BLANK: AnswerLine = { text: '' }

/** Figures and latencies, and in one line why some are dashes, unless a gate says it. */
function measuredLines(record: RunRecord, facts: Pick<Facts, 'limit'>): AnswerLine[] {
  if (record.trials.length === 0 || record.oom !== undefined) return []
  const figures = figuresOf(record, facts)
  const latencies = latencyLines(record)
  const causes = gateGroupsOf(record).map(({ cause }) => cause)
  // a cause that gates give has its line there
  const reasons = [...new Set([...figures.reasons, ...latencies.reasons])].filter((reason) => !causes.includes(reason))
  return [
    BLANK,
    ...figures.lines.map(({ name, text }) => named(name, text)),
    ...(latencies.lines.length === 0 ? [] : [BLANK, ...latencies.lines]),
    ...(reasons.length === 0 ? [] : [{ text: `—  ${reasons.join('; ')}`, style: 'dim', fit: 'cut' } as const]),
  ]
}
