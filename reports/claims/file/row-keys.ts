import { suggestion } from '../../../harness/catalogue/nearest.ts'
import { cardTables, comparisonColumns } from '../claims.ts'
import { type cellSchema, rowFields } from '../schema.ts'
import { cellOfText } from './cell-text.ts'
import { dimensionsOf } from './known-rows.ts'
import type { Problem } from './problem.ts'

type Node = Readonly<Record<string, unknown>>
const isMap = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The rows of the tables with card columns in a document that was not checked yet, each with its path. */
function rowsOf(document: unknown) {
  const tables = isMap(document) && isMap(document['tables']) ? document['tables'] : {}
  return cardTables.flatMap((table) => {
    const rows = isMap(tables[table]) ? tables[table]['rows'] : undefined
    return (Array.isArray(rows) ? (rows as unknown[]) : []).flatMap((row, at) =>
      isMap(row) ? [{ table, at, row, path: ['tables', table, 'rows', at] as const }] : [],
    )
  })
}

/**
 * Keys of a row that are neither a field nor a column: a card of the file, `delta` or `uplift`; and cells that are neither
 * text nor a map. The schema takes every key as a column, because it does not know the cards.
 */
export function columnProblems(document: unknown): Problem[] {
  const cards = isMap(document) && isMap(document['cards']) ? Object.keys(document['cards']) : []
  const known = [...Object.keys(rowFields), ...cards, ...comparisonColumns]
  return rowsOf(document).flatMap(({ row, path }) =>
    Object.entries(row).flatMap(([key, cell]): Problem[] => {
      const at = [...path, key]
      if (!known.includes(key))
        return [{ path: at, text: `unknown key; ${suggestion(key, known, 'fields and columns')}` }]
      if (Object.hasOwn(rowFields, key) || cell === null || typeof cell === 'string' || isMap(cell)) return []
      return [{ path: at, text: `expected the cell as printed, such as "${String(cell)} t/s", or a map of keys` }]
    }),
  )
}

/** The document with each cell that is empty or plain text as an object; what is no text is left to the schema. */
export function withoutTextCells(document: unknown): unknown {
  const copy = structuredClone(document)
  for (const { table, row } of rowsOf(copy)) {
    const id = typeof row['id'] === 'string' ? row['id'] : ''
    for (const [key, value] of Object.entries(row)) {
      if (Object.hasOwn(rowFields, key)) continue
      // a cell that is still empty claims nothing
      if (value === null) (row as Record<string, unknown>)[key] = { kind: 'not_applicable', value: null, raw: '' }
      if (typeof value !== 'string') continue
      const compares = (comparisonColumns as readonly string[]).includes(key)
      ;(row as Record<string, unknown>)[key] = compares
        ? comparisonOfText(value)
        : cellOfText(value, table, dimensionsOf(table, id))
    }
  }
  return copy
}

/** A delta or uplift that stands as text: `+39%`, `1.14x`, or words. */
function comparisonOfText(raw: string): ReturnType<typeof cellSchema.parse> {
  const match = /^[~≈]?\s*([+-−]?\s*\d[\d,]*(?:\.\d+)?)\s*(%|x|×)$/.exec(raw.trim())
  if (match === null) return { kind: 'text', value: raw, raw }
  const value = Number(match[1]!.replaceAll(/[,\s]/g, '').replace('−', '-'))
  return match[2] === '%' ? { kind: 'delta_percent', value, unit: '%', raw } : { kind: 'ratio', value, unit: 'x', raw }
}
