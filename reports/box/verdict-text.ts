import { type AcceptanceLine, boxAccepted } from './acceptance.ts'
import { type Part, type Quantity, quantities } from './quantities.ts'

/** A scenario that left no record: its server did not start, or the run ended before the load. */
export interface Unmeasured {
  readonly name: string
  readonly reason: string
}

/**
 * The result of a qualification: accepted or not, then each figure against its band, failures first, with the likely
 * causes; and at the end the losses that it could have missed.
 */
export function verdictText(
  card: string,
  lines: readonly AcceptanceLine[],
  withoutRun: readonly Unmeasured[] = [],
): string {
  const word = boxAccepted(lines) ? 'ACCEPTED' : 'NOT ACCEPTED'
  const ranked = lines.toSorted((a, b) => rankOf(a) - rankOf(b))
  const said = new Set<string>()
  const details = ranked.flatMap((line) => linesOf(line, said))
  const unmeasured = withoutRun.map(({ name, reason }) => `  ${'not-measured'.padEnd(12)} ${name}: ${reason}`)
  const text = [`${word}: ${card}`, ...simulatedWord(lines), ...unmeasured, ...details, ...missedLosses(lines)]
  return text.map((line) => `${line}\n`).join('')
}

const order: readonly string[] = ['fail', 'not-measured', 'pass']
const rankOf = ({ verdict, simulated }: AcceptanceLine): number => order.indexOf(simulated ?? verdict)

function simulatedWord(lines: readonly AcceptanceLine[]): string[] {
  const would = lines.flatMap(({ simulated }) => simulated ?? [])
  if (would.length === 0) return []
  return [
    `  SIMULATED: proves nothing about this server; a real one with these figures would be ${would.includes('fail') ? 'rejected' : 'accepted'}`,
  ]
}

/** A line and what explains it; several figures of one scenario have the same causes, which are said once. */
function linesOf(line: AcceptanceLine, said: Set<string>): string[] {
  const { scenario, verdict, simulated, why, remarks } = line
  const word = simulated ? `would ${simulated}` : verdict
  const details = [...(simulated ? why.slice(1) : why), ...remarks].filter((text) => !said.has(`${scenario} ${text}`))
  for (const text of details) said.add(`${scenario} ${text}`)
  return [`  ${word.padEnd(12)} ${figureText(line)}`, ...details.map((text) => `    ${text}`)]
}

/** A figure in one line: scenario, value and band. */
function figureText(line: AcceptanceLine): string {
  const { scenario, measured, metric } = line
  const { label, unit, digits }: Quantity = quantities[metric]
  const got = measured === null ? 'not measured' : `${measured.toFixed(digits)} ${unit}`
  return `${scenario}${startText(line)}, ${label}: ${got}, ${bandText(line)}`
}

function bandText({ low, high, basis, metric }: AcceptanceLine): string {
  const { digits }: Quantity = quantities[metric]
  if (low !== null && high !== null) return `${low.toFixed(digits)} to ${high.toFixed(digits)} (${basis})`
  if (low !== null) return `at least ${low.toFixed(digits)} (${basis})`
  return high === null ? 'no band' : `at most ${high.toFixed(digits)} (${basis})`
}

/** How many starts a figure is the mean of, where there are several. */
const startText = ({ starts }: AcceptanceLine): string => (starts < 2 ? '' : ` (${starts} starts)`)

/** How a loss of each part is said, in display order; more power is a loss of energy efficiency. */
const lossWords = {
  'memory bandwidth': 'memory bandwidth',
  arithmetic: 'arithmetic',
  'memory clock': 'memory clock',
  'SM clock': 'SM clock',
  throughput: 'throughput under this load',
  prefill: 'time to the first token, which grows',
  'energy efficiency': 'energy efficiency',
  'memory size': 'room for the KV cache',
} as const satisfies Partial<Record<Part, string>>

/** The largest loss of each part of an average server that this verdict could have missed, from its most sensitive figure. */
function missedLosses(lines: readonly AcceptanceLine[]): string[] {
  const judged = lines.filter((line) => line.verdict !== 'not-measured' || line.simulated)
  if (judged.length === 0) return []
  const found = Object.entries(lossWords).map(([part, words]) => {
    const losses = judged.flatMap(({ metric, unseenLoss }) =>
      unseenLoss !== null && quantities[metric].shows === part ? [unseenLoss] : [],
    )
    const most = losses.length === 0 ? 'any: no figure here shows it' : `${(100 * Math.min(...losses)).toFixed(1)} %`
    return `    ${words}: ${most}`
  })
  return ['  the largest loss of an average server that this could have missed:', ...found]
}
