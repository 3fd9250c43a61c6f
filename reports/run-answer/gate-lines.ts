import { isOfSignature, quotability } from '../../harness/evidence/refusals.ts'
import { applyingGates, gateTally } from '../../harness/gates/evaluate.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import { type GateGroup, gateGroupsOf, gateName, statusStyles } from './gate-groups.ts'
import { type AnswerLine, named } from './lines.ts'

/** More gates of one cause than these are counted, not named. */
const NAMED = 3
/** So many causes are shown, however short the answer is to be. */
const FEWEST = 2

/**
 * Whether a run may be quoted, how many gates passed, and those that did not: a line for each cause, and one that names the
 * rest where they would take more than `room` rows, so that the answer fits a screen.
 */
export function gateLines(
  record: RunRecord,
  room: number,
  rowsOf: (lines: readonly AnswerLine[]) => number,
): AnswerLine[] {
  const groups = gateGroupsOf(record)
  // what a card or a machine cannot tell, and no quote needs, is one line
  const isUnread = ({ status, gates }: GateGroup) =>
    status === 'not-measured' && !gates.some(({ required }) => required)
  const unread = groups.filter(isUnread).flatMap(({ gates }) => gates)
  // the head of the answer says that a run was simulated
  const isSaid = ({ gates }: GateGroup) =>
    record.source === 'simulated' && gates.every(({ id }) => id === 'live-source')
  const open = groups.filter((group) => !isUnread(group) && !isSaid(group))
  const lines = open.map(groupLine)
  const free = room - (unread.length > 0 ? 1 : 0)
  const fits = (count: number) => rowsOf(lines.slice(0, count)) + (count < open.length ? 1 : 0) <= free
  let count = lines.length
  while (count > FEWEST && !fits(count)) count -= 1
  const left = open.slice(count).flatMap(({ gates }) => gates)
  // where even the fewest causes are a row too many, one line counts all other gates
  const isTight = left.length > 0 && unread.length > 0 && !fits(count)
  const more = isTight ? [...left, ...unread] : left
  return [
    quotableLine(record),
    ...lines.slice(0, count),
    ...(more.length === 0
      ? []
      : [
          {
            text: `  and ${counted(more.length, 'more gate')} (--verbose): ${more.map(gateName).join(', ')}`,
            fit: 'cut',
          } as const,
        ]),
    ...(unread.length === 0 || isTight
      ? []
      : [{ text: `  not measured ${unread.map(gateName).join(', ')}`, style: 'dim', fit: 'cut' } as const]),
  ]
}

function groupLine({ status, gates, cause }: GateGroup): AnswerLine {
  const names = gates.slice(0, NAMED).map(gateName).join(', ')
  const more = gates.length > NAMED ? ` and ${gates.length - NAMED} more` : ''
  const start = `  ${status.replace('-', ' ').padEnd(12)} `
  const style = statusStyles[status]
  // a cause of several gates is what matters: it is not cut
  if (gates.length > 1) return { text: `${start}${cause} (${names}${more})`, style, hang: start.length }
  return {
    text: `${start}${names}: ${cause}`,
    style,
    fit: 'cut',
  }
}

function quotableLine(record: RunRecord): AnswerLine {
  const { pass, all } = gateTally(record)
  const passed = `${pass} of ${all} gates passed`
  const { quotable: isSigned, reasons } = quotability(record)
  if (reasons.every(isOfSignature)) {
    const text = isSigned ? 'yes' : 'no: not signed; joulemark key new makes a key that signs later runs'
    return { ...named('Quotable', `${text} (${passed})`), style: isSigned ? 'green' : 'yellow' }
  }
  const others = reasons.filter((reason) => !isOfGate(reason) && !isOfSignature(reason))
  const why = [...blockingText(record, reasons), ...others]
  return { ...named('Quotable', `no: ${passed}; ${why.join('; ')}`), style: 'yellow', fit: 'cut' }
}

/** What the gates hold against a quote, in numbers of the lines below; that a run was simulated is no line of its own. */
function blockingText(record: RunRecord, reasons: readonly string[]): string[] {
  const gates = applyingGates(record)
  const isSaid =
    record.source === 'simulated' && gates.some(({ id, status }) => id === 'live-source' && status === 'fail')
  const failed = gates.filter(({ status }) => status === 'fail').length - (isSaid ? 1 : 0)
  const unmeasured = gates.filter(({ status, required }) => status === 'not-measured' && required).length
  const absent = reasons.filter((reason) => reason.endsWith(': not in this record')).length
  return [
    ...(isSaid ? ['simulated'] : []),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(unmeasured === 0 ? [] : [`${unmeasured} required (*) not measured`]),
    ...(absent === 0 ? [] : [`${absent} required not in this record`]),
  ]
}

/** Reasons that a gate gives, which has a line of its own. */
const isOfGate = (reason: string): boolean => /^[\w-]+ (fail|not-measured): /.test(reason)
