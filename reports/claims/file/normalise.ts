import { roundingOf } from '../arithmetic.ts'
import type { CardTable, ClaimCell, ClaimRow, Claims } from '../claims.ts'
import { cardTables } from '../claims.ts'
import type { CellDocument, ClaimsDocument } from '../schema.ts'
import { rowFields } from '../schema.ts'
import { unitOf } from './cell-text.ts'
import { dimensionsOf } from './known-rows.ts'
import { type Conversion, conversionOf, inBase } from './units.ts'

/** A number printed with ~ or "about" stands for 3 % either way. */
const APPROXIMATION = 0.03

/** A checked document as the audit reads it: every cell in the unit of its row, with what its print can stand for. */
export function normalised(document: ClaimsDocument): Claims {
  const tables: Record<string, unknown> = { ...document.tables }
  for (const name of cardTables) {
    const table = document.tables[name]
    if (table !== undefined) tables[name] = { ...table, rows: table.rows.map((row) => normalisedRow(name, row)) }
  }
  return { ...document, tables: tables as Claims['tables'] }
}

type RowDocument = NonNullable<ClaimsDocument['tables']['spec']>['rows'][number]

function normalisedRow(table: CardTable, row: RowDocument): ClaimRow {
  const { id, label, workload, derived, scenario } = row
  const dimensions = dimensionsOf(table, id)
  const cells = Object.entries(row)
    .filter(([key]) => !Object.hasOwn(rowFields, key))
    .map(([column, cell]): [string, ClaimCell] => {
      const document = cell as CellDocument
      const compares = column === 'delta' || column === 'uplift'
      const conversion = dimensions === null || compares ? null : conversionOf(unitOf(document, dimensions), dimensions)
      return [column, normalisedCell(document, conversion)]
    })
  return { id, label, workload, derived, scenario, cells: Object.fromEntries(cells) }
}

/** A cell in the base unit of its conversion; without one its unit is a label. */
export function normalisedCell(cell: CellDocument, conversion: Conversion | null): ClaimCell {
  const value = cell.value as ClaimCell['value'] | undefined
  const raw = cell.raw ?? [value, cell.unit].filter((part) => part !== undefined && part !== null).join(' ')
  const convert = (number: number): number => (conversion === null ? number : inBase(number, conversion))
  const ends = (low: number, high: number) => {
    const both = [convert(low), convert(high)] as const
    return { low: Math.min(...both), high: Math.max(...both) }
  }
  const exact =
    cell.min !== undefined && cell.max !== undefined
      ? { low: cell.min, high: cell.max }
      : typeof value === 'number'
        ? { low: value, high: value }
        : null
  const stated = exact === null ? null : ends(exact.low, exact.high)
  const spread = ({ low, high }: { low: number; high: number }, slack: number) =>
    // a time that rounds to 0 is not 0
    ends(low > 0 ? Math.max(low - slack, low / 2) : low - slack, high + slack)
  return {
    ...cell,
    raw,
    value: typeof value === 'number' ? convert(value) : (value ?? null),
    ...(cell.min === undefined || stated === null ? {} : { min: stated.low }),
    ...(cell.max === undefined || stated === null ? {} : { max: stated.high }),
    ...(conversion === null ? {} : { unit: conversion.base }),
    range: exact === null ? null : spread(exact, slackOf(cell, exact, raw)),
  }
}

/**
 * Half of the last printed digit, or 3 % for an approximation; a printed range is taken at its ends. The print may be in
 * another unit than the value: half a digit of "1.4 TB/s" is 50 of 1400 GB/s.
 */
function slackOf(cell: CellDocument, exact: { readonly low: number; readonly high: number }, raw: string): number {
  const rounding = cell.min === undefined ? roundingOf(raw) : null
  const printed = rounding === null ? 0 : (rounding.high + rounding.low) / 2
  const half =
    rounding === null || printed === 0 ? 0 : ((rounding.high - rounding.low) / 2) * Math.abs(exact.low / printed)
  return Math.max(half, cell.approx ? APPROXIMATION * exact.high : 0)
}
