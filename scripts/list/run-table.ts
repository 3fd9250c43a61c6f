import { styleText } from 'node:util'
import { plainText } from '../../harness/plain-text.ts'
import { counted } from '../../harness/units.ts'
import { digitsOf } from '../../reports/render/digits.ts'
import { formatNumber, shortUnits } from '../../reports/render/format-cell.ts'
import { displayWidth, padTo, wrapTo } from '../../reports/render/plain-text.ts'
import type { ListFigure, ListRow } from './lines.ts'

/** Where the table is shown: columns of the terminal, null for a pipe, where each run is one line of any length. */
export interface TablePlace {
  readonly columns: number | null
  readonly color: boolean
}

interface Column {
  readonly head: string
  readonly align: 'left' | 'right'
  readonly cell: (row: ListRow) => string
}

const GAP = '  '
/** Gates that are named though nothing was measured for them; of more only the number is said. */
const MOST_NAMED = 2

/**
 * Many runs as a table: what each is, its figures, and in a few words why it may not be quoted. On a terminal that is too narrow the
 * reasons are numbered below it, then the energy and the rate give way; a longer id has a line of its own.
 */
export function tableLines(rows: readonly ListRow[], { columns, color }: TablePlace): string[] {
  const isSimulated = ({ source }: ListRow) => source === 'simulated'
  const isAll = rows.every(isSimulated)
  const quotable = rows.filter((row) => row.quotable).length
  const title = `${counted(rows.length, 'run')}${isAll ? ' SIMULATED' : ''}, ${quotable === 0 ? 'none' : quotable === rows.length && quotable > 1 ? 'all' : quotable} quotable`
  // a line of a pipe may be read alone
  const marks = columns === null || !isAll
  const { body, notes } = fitted(rows, columns ?? Number.POSITIVE_INFINITY, (row) => marks && isSimulated(row))
  const paint = (style: 'bold' | 'dim' | 'yellow', line: string) =>
    color ? styleText(style, line, { validateStream: false }) : line
  return [
    paint(isAll ? 'yellow' : 'bold', title),
    ...body.map((line, at) => (at === 0 ? paint('bold', line) : line)),
    ...notes.map((line) => paint('dim', line)),
  ]
}

interface Laid {
  readonly body: string[]
  readonly notes: string[]
}

function fitted(rows: readonly ListRow[], width: number, isMarked: (row: ListRow) => boolean): Laid {
  const run: Column = { head: 'RUN', align: 'left', cell: ({ id }) => plainText(id) }
  const state: Column = { head: 'STATE', align: 'left', cell: (row) => stateOf(row, isMarked(row)) }
  const rate: Column = { head: 'RATE', align: 'right', cell: (row) => figureText(row.rate, perSecond) }
  const energy: Column = { head: 'ENERGY', align: 'right', cell: (row) => figureText(row.energy, perJoule) }
  const whole: Column = {
    head: 'QUOTABLE',
    align: 'left',
    cell: (row) => (row.quotable ? 'yes' : `no: ${whyNot(row)}`),
  }
  const reasons = [...new Set(rows.filter((row) => !row.quotable).map(whyNot))]
  const number = (row: ListRow) => `no (${reasons.indexOf(whyNot(row)) + 1})`
  const numbered: Column = { head: 'QUOTABLE', align: 'left', cell: (row) => (row.quotable ? 'yes' : number(row)) }
  const known = (column: Column, figure: (row: ListRow) => ListFigure | null) =>
    rows.some((row) => figure(row) !== null) ? [column] : []
  const [rates, energies] = [known(rate, (row) => row.rate), known(energy, (row) => row.energy)]
  const full = laid([run, state, ...rates, ...energies, whole], rows)
  if (widest(full) <= width) return { body: full, notes: [] }
  const notes = reasons.flatMap((reason, at) => hanging(`(${at + 1})`, reason, width))
  for (const figures of [[...rates, ...energies], rates, []]) {
    const body = laid([run, state, ...figures, numbered], rows)
    if (widest(body) <= width) return { body, notes }
  }
  const [head = '', ...rest] = laid([state, ...rates, ...energies, numbered], rows)
  return { body: [`RUN, ${head}`, ...rest.flatMap((line, at) => [run.cell(rows[at]!), `${GAP}${line}`])], notes }
}

const widest = (lines: readonly string[]): number => Math.max(0, ...lines.map(displayWidth))

function laid(columns: readonly Column[], rows: readonly ListRow[]): string[] {
  const cells = columns.map(({ head, cell }) => [head, ...rows.map(cell)])
  const widths = cells.map((texts) => Math.max(...texts.map(displayWidth)))
  return Array.from({ length: rows.length + 1 }, (_, line) =>
    cells
      .map((texts, at) => padTo(texts[line] ?? '', widths[at] ?? 0, columns[at]!.align))
      .join(GAP)
      .trimEnd(),
  )
}

const hanging = (mark: string, text: string, width: number): string[] =>
  wrapTo(text, width - mark.length - 1).map((part, at) => `${at === 0 ? mark : ' '.repeat(mark.length)} ${part}`)

/** The state without its reason, which `--verbose` gives. */
const stateOf = ({ status, setting }: ListRow, isMarked: boolean): string =>
  plainText(
    [
      (status ?? 'unreadable').split(',')[0],
      ...(setting === null ? [] : [`at ${setting}`]),
      ...(isMarked ? ['SIMULATED'] : []),
    ].join(' '),
  )

const perSecond = (unit: string): string => shortUnits[unit] ?? unit

/** Joules are those of what a kind of run makes. */
const energyUnits: Readonly<Record<string, string>> = {
  joulesPerImage: 'J per image',
  joulesPer1000Texts: 'J per 1,000 texts',
  joulesPerStep: 'J per step',
}
const perJoule = (unit: string, metric: string): string => energyUnits[metric] ?? unit

const figureText = (figure: ListFigure | null, unitText: (unit: string, metric: string) => string): string =>
  figure === null
    ? '—'
    : plainText(`${formatNumber(figure.value, digitsOf(figure.value))} ${unitText(figure.unit, figure.metric)}`)

/** Why a run may not be quoted, in a few words: what fails and what is missing by name, then how many gates were not measured. */
export function whyNot({ status, reasons }: Pick<ListRow, 'status' | 'reasons'>): string {
  if (status === null) return plainText(reasons.join('; '))
  const heads = reasons.map((reason) => reason.split(':')[0]!.trim())
  const [open, others] = [heads.filter((head) => UNMEASURED.test(head)), heads.filter((head) => !UNMEASURED.test(head))]
  const named = open.map((head) => head.replace(UNMEASURED, ''))
  const rest =
    open.length === 0
      ? []
      : open.length <= MOST_NAMED
        ? [`${named.join(', ')} not measured`]
        : [`${open.length} gates not measured`]
  const first = others.map((head) => head.replace(/ fail$/, '')).join(', ')
  return plainText([...(first === '' ? [] : [first]), ...rest].join('; ')) || 'its record says so'
}

const UNMEASURED = / not-measured$/
