import { plainText } from '../../../harness/plain-text.ts'
import type { Check, CheckStatus } from '../../../harness/telemetry/doctor/check.ts'

const colours: Readonly<Record<CheckStatus, number>> = { pass: 32, warn: 33, fail: 31, 'not-measured': 2 }

/** Checks as lines for a terminal: what was read, why it matters and, where something is wrong, how to fix it. */
export function checkLines(checks: readonly Check[], color: boolean): string[] {
  const painted = (status: CheckStatus, text: string) => (color ? `\u001b[${colours[status]}m${text}\u001b[0m` : text)
  const width = Math.max(...checks.map(({ id }) => id.length))
  const indent = ' '.repeat(14)
  return checks.flatMap(({ id, status, read, why, fix }) => [
    `${painted(status, status.padEnd(12))}  ${id.padEnd(width)}  ${plainText(read)}`,
    `${indent}why: ${plainText(why)}`,
    ...(fix === '' ? [] : [`${indent}fix: ${plainText(fix)}`]),
  ])
}
