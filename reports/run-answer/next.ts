import { quotability } from '../../harness/evidence/refusals.ts'
import { NO_TRIAL } from '../../harness/gates/evaluate.ts'
import { shellWord } from '../../harness/plain-text.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { calledAs } from '../../harness/version.ts'
import { gateGroupsOf, isCardFault } from './gate-groups.ts'
import { type AnswerLine, linesText, type Terminal } from './lines.ts'

/** A command to type, without the name of the program, and what it does in a few words. */
export interface NextCommand {
  readonly command: string
  readonly does: string
}

/** Commands as the last lines of an answer: one beside `Next:`, several below it with what they do in one column. */
export function nextLines(commands: readonly NextCommand[]): AnswerLine[] {
  const [only, ...others] = commands
  if (only === undefined) return []
  const line = (start: string, { command, does }: NextCommand): AnswerLine => ({
    text: `${start}${calledAs} ${command}`,
    note: does,
    fit: 'whole',
    hang: start.length,
  })
  if (others.length === 0) return [line('Next: ', only)]
  return [{ text: 'Next:' }, ...commands.map((each) => line('  ', each))]
}

/** The same as text for a terminal. */
export const nextText = (commands: readonly NextCommand[], terminal: Terminal): string =>
  linesText(nextLines(commands), terminal)

/**
 * What is useful after runs: their report, and a baseline and a quote of `runs`, or what a gate
 * means that keeps them from a quote. The report is of the whole folder: a run beside others says more.
 */
export function nextAfterRuns(
  records: readonly RunRecord[],
  { runs, folder }: { readonly runs: string; readonly folder: string },
): NextCommand[] {
  const word = shellWord(runs)
  const gate = firstOpenGate(records)
  const isSellable = records.length > 0 && records.every((record) => quotability(record).quotable)
  return [
    ...(gate === null ? [] : [{ command: `explain gate ${gate}`, does: 'what it means' }]),
    { command: `report ${shellWord(folder)} --format html`, does: 'a page with charts' },
    ...(isSellable
      ? [
          { command: `baseline set ${word}`, does: 'to compare later runs with' },
          { command: `quote ${word} --customer NAME`, does: 'an offer' },
        ]
      : []),
  ]
}

/** A gate that found a fault of the card; else the first that did not pass and says something that can be changed: not that the run was simulated or had no trial. */
function firstOpenGate(records: readonly RunRecord[]): string | null {
  const open = records.flatMap((record) => gateGroupsOf(record).flatMap(({ gates }) => gates))
  return (
    (open.find(isCardFault) ?? open.find(({ id, evidence }) => id !== 'live-source' && evidence !== NO_TRIAL))?.id ??
    null
  )
}
