import { type CardTable, cardTables } from './claims.ts'

/** `table.row` names of a formula, a bare name meaning its own table. */
export function resolveName(name: string, own: CardTable): { table: CardTable; id: string } {
  const [table, ...rest] = name.split('.')
  const known = cardTables.find((at) => at === table)
  return known && rest.length > 0 ? { table: known, id: rest.join('.') } : { table: own, id: name }
}
