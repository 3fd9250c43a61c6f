import type { Gate } from '../../harness/record/schema/run.ts'

/** A figure of a run: its mean in the unit of its metric. */
export interface ListFigure {
  readonly metric: string
  readonly value: number
  readonly unit: string
}

/** A run as `list` shows it. */
export interface ListRow {
  readonly id: string
  /** Its folder, or a reference to it in a store: both are arguments of other commands. */
  readonly directory: string
  /** That of the record, or `abandoned` and the like for one whose process may be gone; null if it cannot be read. */
  readonly status: string | null
  readonly source: string | null
  /** What was set for it on purpose, such as `300 W`; null for cards as they were found. */
  readonly setting: string | null
  /** What it gives per second, such as output tokens/s; null where that is not known. */
  readonly rate: ListFigure | null
  /** What it gives for its energy, such as tokens/J; null where that is not known. */
  readonly energy: ListFigure | null
  readonly quotable: boolean
  /** Why it may not be quoted, one line per reason. */
  readonly reasons: readonly string[]
  readonly gates: readonly Pick<Gate, 'id' | 'status' | 'required' | 'evidence'>[]
}

/** The lines of a run: the first says what it is, the others why, and gate by gate. */
export function linesOf({ id, status, source, setting, quotable, reasons, gates }: ListRow, width: number): string[] {
  const name = id.padEnd(width)
  if (status === null) return [`${name}  unreadable  ${reasons.join('; ')}`]
  const state = `${status.padEnd(11)} ${source === 'simulated' ? 'SIMULATED' : 'live     '}`
  const why = reasons.map((reason) => reason.split(':')[0]).join(', ')
  const others = reasons.filter((reason) => !gates.some((gate) => reason.startsWith(`${gate.id} ${gate.status}:`)))
  return [
    `${name}  ${state}  ${setting === null ? '' : `at ${setting}  `}${quotable ? 'quotable' : `not quotable: ${why}`}`,
    ...others.map((reason) => `    ${reason}`),
    ...gateLines(gates),
  ]
}

/** One line for gates with the same evidence: without a card, many are not measured for one reason. */
function gateLines(gates: ListRow['gates']): string[] {
  const shown = (gate: ListRow['gates'][number]) => `${gate.id}${gate.required ? ' *' : ''}`
  const alike = Map.groupBy(
    gates.filter((gate) => gate.status !== 'pass'),
    ({ status, evidence }) => JSON.stringify([status, evidence]),
  )
  const passed = gates.filter((gate) => gate.status === 'pass').map(shown)
  return [
    ...[...alike.values()].map((group) => {
      const [first] = group
      return `    ${first?.status.padEnd(12)} ${group.map(shown).join(', ')}: ${first?.evidence}`
    }),
    ...(passed.length > 0 ? [`    ${'pass'.padEnd(12)} ${passed.join(', ')}`] : []),
  ]
}
