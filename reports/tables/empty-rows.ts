import { shortTitles } from './alike-loads.ts'
import type { Table, TableRow } from './table.ts'

/** Where the names of the rows of a table of workloads by metric stand, and the first column with a value. */
interface Names {
  readonly workload: number
  readonly metric: number
  readonly firstValue: number
}

/**
 * A table of workloads by metric without the rows in which no card has a value. A note names each of their metrics with its
 * workloads, unless none has it, and the reason; a dash stays where another card has the value. A table without any value
 * stays as it is.
 */
export function withoutEmptyRows(table: Table, metricColumn = 'metric'): Table {
  const names: Names = { workload: 0, metric: table.columns.findIndex(({ id }) => id === metricColumn), firstValue: 2 }
  const [empty, rows] = [true, false].map((isEmpty) => table.rows.filter((row) => hasNoValue(row, names) === isEmpty))
  if (empty!.length === 0 || rows!.length === 0) return table
  const metrics = [...Map.groupBy(empty!, ({ cells }) => nameOf(cells[names.metric]))]
  const countOf = (metric: string) => table.rows.filter(({ cells }) => nameOf(cells[names.metric]) === metric).length
  const each = metrics.map(([metric, of]) => {
    const titles = of.map(({ cells }) => nameOf(cells[names.workload]))
    const where = titles.length === countOf(metric) ? '' : ` of ${shortTitles(titles).join('; ')}`
    // a reason may begin with the name of its metric, which stands there already
    const said = `${metric.replace(/ \([^)]*\)$/u, '')} is `
    const reasons = of.flatMap((row) => reasonsOf(row, names)).map((reason) => reason.replace(said, ''))
    return `${metric}${where} (${joinedReasons(reasons)})`
  })
  const note = `Without a value on any card, so without a row: ${each.join('. ')}.`
  return { ...table, rows: rows!, notes: [note, ...table.notes] }
}

const hasNoValue = ({ cells }: TableRow, { firstValue }: Names): boolean =>
  cells.slice(firstValue).every(({ kind }) => kind === 'missing')

const nameOf = (cell: TableRow['cells'][number] | undefined): string => (cell?.kind === 'text' ? cell.text : '')

const reasonsOf = ({ cells }: TableRow, { firstValue }: Names): string[] =>
  cells.slice(firstValue).flatMap((cell) => (cell.kind === 'missing' ? [cell.reason] : []))

/** Reasons that differ in their numbers only as one, with the range of each number: `3 to 54 requests in the window`. */
export function joinedReasons(reasons: readonly string[]): string {
  const alike = Map.groupBy(new Set(reasons), (reason) => reason.replaceAll(number, '#'))
  return [...alike.values()]
    .map((group) => {
      const values = group.map((reason) =>
        (reason.match(number) ?? []).map((text) => ({ text, value: Number(text.replaceAll(',', '')) })),
      )
      let at = -1
      return group[0]!.replaceAll(number, (first) => {
        at += 1
        const own = values.map((each) => each[at]!).toSorted((a, b) => a.value - b.value)
        const [least, most] = [own[0]!, own.at(-1)!]
        return least.value === most.value ? first : `${least.text} to ${most.text}`
      })
    })
    .join('; ')
}

/** `0.5`, `54`, `1,234`; no part of a name such as `run-3`. */
const number = /(?<![\w.-]|\d,)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w-]|[.,]\d)/gu
