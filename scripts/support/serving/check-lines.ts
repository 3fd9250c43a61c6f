import { plainText } from '../../../harness/plain-text.ts'
import type { Check, CheckStatus } from '../../../harness/telemetry/doctor/check.ts'
import { counted } from '../../../harness/units.ts'
import { wrapTo } from '../../../reports/render/plain-text.ts'

/** How checks are shown. */
export interface CheckView {
  readonly color: boolean
  /** Width of the terminal; null where the text goes to a file. */
  readonly columns: number | null
  /** Every check with why it matters; otherwise what passed, and what cannot be read, are a line each. */
  readonly verbose: boolean
  /** Checks that are told although they passed, such as what will be downloaded. */
  readonly told?: readonly string[]
}

const colours: Readonly<Record<CheckStatus, number>> = { pass: 32, warn: 33, fail: 31, 'not-measured': 2 }
const severity: readonly CheckStatus[] = ['fail', 'warn', 'not-measured', 'pass']
/** Columns of the status, and of what stands below it. */
const INDENT = 14
const NARROWEST = 40

/**
 * Checks as lines, faults first: what was read, why it matters and, where something is wrong, how to fix it. Broken at words,
 * whatever the width.
 */
export function checkLines(checks: readonly Check[], view: CheckView): string[] {
  const ranked = checks.toSorted((a, b) => severity.indexOf(a.status) - severity.indexOf(b.status))
  const isOpen = ({ status }: Check) => view.verbose || status === 'fail' || status === 'warn'
  const isTold = ({ id, status }: Check) => status === 'pass' && (view.told ?? []).includes(id)
  const whole = ranked.filter(isOpen)
  const told = ranked.filter((check) => !isOpen(check) && isTold(check))
  const folded = ranked.filter((check) => !isOpen(check) && !isTold(check))
  const idWidth = Math.max(0, ...[...whole, ...told].map(({ id }) => id.length))
  return [
    ...whole.flatMap((check) => wholeLines(check, idWidth, view)),
    ...told.flatMap((check) => readLines(check, idWidth, view)),
    ...foldedLines(folded, view),
  ]
}

function wholeLines(check: Check, idWidth: number, view: CheckView): string[] {
  const { why, fix } = check
  const below = (name: string, text: string) => broken(' '.repeat(INDENT), `${name}: ${text}`, { ...view, hang: 5 })
  return [...readLines(check, idWidth, view), ...below('why', why), ...(fix === '' ? [] : below('fix', fix))]
}

function readLines({ id, status, read }: Check, idWidth: number, view: CheckView): string[] {
  const [first = '', ...rest] = broken(`${status.padEnd(INDENT)}${id.padEnd(idWidth)}  `, read, view)
  return [`${painted(status, first.slice(0, INDENT), view)}${first.slice(INDENT)}`, ...rest]
}

/** What is not measured, with what would measure it, and what passed. */
function foldedLines(checks: readonly Check[], view: CheckView): string[] {
  const unread = checks.filter(({ status }) => status === 'not-measured')
  const passed = checks.filter(({ status }) => status === 'pass')
  // what to install or mount is in the long form; a command of this program fits into the line
  const commandOf = ({ fix }: Check): string => (fix.startsWith('joulemark ') ? fix : '')
  const byFix = [...Map.groupBy(unread, commandOf)].map(
    ([fix, all]) => `${all.map(({ id }) => id).join(', ')}${fix === '' ? '' : ` (${fix})`}`,
  )
  const unreadLines = unread.length === 0 ? [] : broken('not measured'.padEnd(INDENT), byFix.join('; '), view)
  return [
    ...unreadLines.map((line) => painted('not-measured', line, view)),
    ...(passed.length === 0 ? [] : [passedLine(passed, view)]),
  ]
}

/** As many names as fit into the line. */
function passedLine(passed: readonly Check[], view: CheckView): string {
  const start = `${counted(passed.length, 'check')} passed: `
  const names = passed.map(({ id }) => id)
  const line = (count: number) =>
    `${start}${names.slice(0, count).join(', ')}${count < names.length ? ` and ${names.length - count} more (--verbose)` : ''}`
  let count = names.length
  while (count > 1 && line(count).length > widthOf(view)) count -= 1
  return painted('pass', line(count), view)
}

const widthOf = ({ columns }: CheckView): number =>
  columns === null ? Number.POSITIVE_INFINITY : Math.max(NARROWEST, columns)

/** A status and a sentence, in the columns of the checks. */
export const statusLine = (status: string, text: string, view: CheckView): string[] =>
  broken(status.padEnd(INDENT), text, view)

/** A text after its start; later lines are indented as far as the start is wide, or by less where that leaves no room. */
function broken(start: string, text: string, view: CheckView & { readonly hang?: number }): string[] {
  const width = widthOf(view)
  const line = `${start}${plainText(text)}`
  if (line.length <= width) return [line]
  const indent = start.length > width / 2 ? INDENT : start.length + (view.hang ?? 0)
  const [first = '', ...rest] = wrapTo(plainText(text), width - Math.max(start.length, indent))
  return [`${start}${first}`, ...rest.map((part) => `${' '.repeat(indent)}${part}`)]
}

const painted = (status: CheckStatus, text: string, { color }: CheckView): string =>
  color ? `\u001b[${colours[status]}m${text}\u001b[0m` : text
