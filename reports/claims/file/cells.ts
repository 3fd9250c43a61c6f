import { suggestion } from '../../../harness/catalogue/nearest.ts'
import { overlaps, roundingOf } from '../arithmetic.ts'
import { type CardTable, cardTables, comparisonColumns } from '../claims.ts'
import { type CellDocument, type ClaimsDocument, rowFields } from '../schema.ts'
import { fitClasses, printedNumber, unitOf } from './cell-text.ts'
import { dimensionsOf } from './known-rows.ts'
import { normalisedCell } from './normalise.ts'
import type { Problem } from './problem.ts'
import { conversionOf, type Dimension, rateDimensions, unitNames } from './units.ts'

/** What is wrong with single cells and values: no number where one must be, a unit that its row does not know, a typo. */
export function cellProblems(document: ClaimsDocument): Problem[] {
  const columns: readonly string[] = comparisonColumns
  const cells = cardTables.flatMap((table) =>
    (document.tables[table]?.rows ?? []).flatMap((row, at) =>
      Object.entries(row)
        .filter(([key]) => !Object.hasOwn(rowFields, key) && !columns.includes(key))
        .flatMap(([key, cell]) =>
          problemsOfCell(document, { table, id: row.id, cell: cell as CellDocument }).map(({ path, text }) => ({
            path: ['tables', table, 'rows', at, key, ...path],
            text,
          })),
        ),
    ),
  )
  return [...cells, ...assertUnitProblems(document)]
}

interface Place {
  readonly table: CardTable
  readonly id: string
  readonly cell: CellDocument
}

function problemsOfCell(document: ClaimsDocument, { table, id, cell }: Place): Problem[] {
  const { kind, value, min, max } = cell
  if (kind === 'quantity' && typeof value !== 'number' && (min === undefined || max === undefined)) {
    return [{ path: ['value'], text: 'expected a number; text is a cell of kind text, or the printed text alone' }]
  }
  if (kind === 'range' && !(min !== undefined && max !== undefined && min <= max)) {
    return [{ path: ['min'], text: 'expected min and max of the range, min not above max' }]
  }
  if (table === 'fits' && (kind === 'category' || kind === 'class')) return classProblems(document, value)
  if (kind !== 'quantity' && kind !== 'range') return []
  const dimensions = dimensionsOf(table, id)
  if (dimensions === null) return []
  const unit = unitOf(cell, dimensions)
  if (conversionOf(unit, dimensions) === null) return [unitProblem(unit, dimensions)]
  return kind === 'quantity' && cell.raw !== undefined ? printProblems(cell, cell.raw, dimensions) : []
}

function classProblems(document: ClaimsDocument, value: unknown): Problem[] {
  const known = [...(document.tables.fits?.scale ?? []), ...fitClasses]
  if (typeof value === 'string' && known.includes(value)) return []
  return [{ path: ['value'], text: `expected one of ${[...new Set(known)].join(', ')}, got ${JSON.stringify(value)}` }]
}

/** A unit that cannot be converted: no guess is made at what was meant. */
function unitProblem(unit: string | undefined, dimensions: readonly Dimension[]): Problem {
  const bases = dimensions.map(({ base }) => base).join(', ')
  if (unit === undefined) return { path: ['unit'], text: `missing; expected ${bases}` }
  const advice = suggestion(unit, unitNames(dimensions))
  return {
    path: ['unit'],
    text: `no unit "${unit}" for ${dimensions.map(({ what }) => what).join(' or ')} (${bases}); ${advice}`,
  }
}

/** A value must be what its own print says: 140 GB/s is not "1.4 TB/s". */
function printProblems(cell: CellDocument, raw: string, dimensions: readonly Dimension[]): Problem[] {
  const printed = printedNumber(raw, dimensions)
  const rounding = roundingOf(raw)
  if (printed === null || printed.high !== null || rounding === null) return []
  const said = conversionOf(printed.unit ?? cell.unit, dimensions)
  const own = conversionOf(unitOf(cell, dimensions), dimensions)
  if (said === null || own === null) return []
  const text: CellDocument = { kind: 'range', value: null, min: rounding.low, max: rounding.high, raw }
  const [print, value] = [normalisedCell(text, said), normalisedCell({ ...cell, approx: false, raw: '' }, own)]
  const agree =
    said.base === own.base && print.range !== null && value.range !== null && overlaps(print.range, value.range)
  return agree
    ? []
    : [{ path: ['value'], text: `${cell.value} ${cell.unit ?? ''} is not what its print says: "${raw}"` }]
}

/** Units of sentences restated in numbers. */
function assertUnitProblems(document: ClaimsDocument): Problem[] {
  const lists = [
    ...(document.tables.winners?.rows ?? []).map((row, at) => ({
      asserts: row.asserts ?? [],
      path: ['tables', 'winners', 'rows', at],
    })),
    ...document.text_claims.map((claim, at) => ({ asserts: claim.asserts, path: ['text_claims', at] })),
  ]
  return lists.flatMap(({ asserts, path }) =>
    asserts.flatMap((claim, at): Problem[] => {
      if (claim.kind !== 'rate' && claim.kind !== 'spec') return []
      const dimensions = claim.kind === 'rate' ? rateDimensions : dimensionsOf('spec', claim.row)
      if (dimensions === null || claim.unit === undefined || conversionOf(claim.unit, dimensions) !== null) return []
      const { path: field, text } = unitProblem(claim.unit, dimensions)
      return [{ path: [...path, 'asserts', at, ...field], text }]
    }),
  )
}
