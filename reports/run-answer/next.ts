import { mayBeQuoted } from '../../harness/gates/quotable.ts'
import { shellWord } from '../../harness/plain-text.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { calledAs } from '../../harness/version.ts'
import { gateGroupsOf } from './gate-groups.ts'
import { type AnswerLine, named } from './lines.ts'

/** A command to type, and what it does. */
interface NextCommand {
  readonly command: string
  readonly does: string
}

/** Commands as the last lines of an answer. */
export const nextLines = (commands: readonly NextCommand[]): AnswerLine[] =>
  commands.map(({ command, does }, at) => ({
    ...named(at === 0 ? 'Next' : '', `${calledAs} ${command}`),
    note: does,
    fit: 'whole',
  }))

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
  const isSellable = records.length > 0 && records.every(mayBeQuoted)
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

/** The first gate that did not pass and says something that can be changed: not that the run was simulated. */
function firstOpenGate(records: readonly RunRecord[]): string | null {
  const open = records.flatMap((record) => gateGroupsOf(record).flatMap(({ gates }) => gates))
  return open.find(({ id }) => id !== 'live-source')?.id ?? null
}
