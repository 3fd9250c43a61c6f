import { type AcceptanceLine, boxAccepted } from './acceptance.ts'

/** The result of a qualification: accepted or not, then each scenario against its band, with the likely causes. */
export function verdictText(card: string, lines: readonly AcceptanceLine[]): string {
  const word = boxAccepted(lines) ? 'ACCEPTED' : 'NOT ACCEPTED'
  return [`${word}: ${card}`, ...lines.flatMap(linesOf)].map((line) => `${line}\n`).join('')
}

function linesOf(line: AcceptanceLine): string[] {
  const { scenario, measured, low, high, basis, verdict, why } = line
  const band = low === null || high === null ? 'no band' : `${low.toFixed(0)} to ${high.toFixed(0)} (${basis})`
  const got = measured === null ? 'not measured' : `${measured.toFixed(0)} tokens/s`
  return [
    `  ${verdict.padEnd(12)} ${scenario}${startText(line)}: ${got}, ${band}`,
    ...why.map((cause) => `    ${cause}`),
  ]
}

/** The server start of a line, where there are several. */
const startText = ({ serverStart }: AcceptanceLine): string =>
  serverStart === undefined || serverStart.of === 1 ? '' : `, start ${serverStart.number} of ${serverStart.of}`
