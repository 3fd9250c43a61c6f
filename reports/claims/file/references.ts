import { suggestion } from '../../../harness/catalogue/nearest.ts'
import { namesIn } from '../arithmetic.ts'
import { type CardTable, cardTables } from '../claims.ts'
import { resolveName } from '../names.ts'
import type { Assert, ClaimsDocument } from '../schema.ts'
import { knownIds, OTHER } from './known-rows.ts'
import { type Problem, unknownName } from './problem.ts'

/** Ids that are double or unknown, and every name that must occur elsewhere in the file: rows, cards, columns. */
export function referenceProblems(document: ClaimsDocument): Problem[] {
  return [
    ...cardTables.flatMap((table) => idProblems(document, table)),
    ...cardTables.flatMap((table) => formulaProblems(document, table)),
    ...assertsOf(document).flatMap(({ claim, path }) => assertProblems(document, claim, path)),
    ...document.serving_examples.flatMap(({ card }, at) =>
      !Object.hasOwn(document.cards, card)
        ? [unknownName(['serving_examples', at, 'card'], 'card', card, Object.keys(document.cards))]
        : [],
    ),
  ]
}

const rowIds = (document: ClaimsDocument, table: CardTable): string[] =>
  (document.tables[table]?.rows ?? []).map(({ id }) => id)

function idProblems(document: ClaimsDocument, table: CardTable): Problem[] {
  const known = knownIds(table)
  const seen = new Set<string>()
  return (document.tables[table]?.rows ?? []).flatMap((row, at): Problem[] => {
    const path = ['tables', table, 'rows', at, 'id']
    if (seen.has(row.id)) return [{ path, text: `a second row "${row.id}"; each id occurs once in a table` }]
    seen.add(row.id)
    if (known === null || known.includes(row.id) || row.id.startsWith(OTHER)) return []
    if (table === 'economics' && row.derived !== undefined) return []
    const text = `no check reads a row "${row.id}" (a row that is only listed begins with ${OTHER}); ${suggestion(row.id, known)}`
    return [{ path, text }]
  })
}

function formulaProblems(document: ClaimsDocument, table: CardTable): Problem[] {
  return (document.tables[table]?.rows ?? []).flatMap((row, at): Problem[] => {
    if (row.derived === undefined) return []
    const path = ['tables', table, 'rows', at, 'derived']
    const names = namesIn(row.derived)
    if (names === null)
      return [{ path, text: 'expected a formula of rows and numbers, such as price / 3 or throughput.b32 / tdp' }]
    return names.flatMap((name): Problem[] => {
      const { table: other, id } = resolveName(name, table)
      if (rowIds(document, other).includes(id)) return []
      const elsewhere = cardTables.flatMap((each) => rowIds(document, each).map((known) => `${each}.${known}`))
      return [unknownName(path, 'row', name, [...rowIds(document, table), ...elsewhere])]
    })
  })
}

function assertsOf(document: ClaimsDocument): { claim: Assert; path: readonly PropertyKey[] }[] {
  const of = (asserts: readonly Assert[] | undefined, path: readonly PropertyKey[]) =>
    (asserts ?? []).map((claim, at) => ({ claim, path: [...path, 'asserts', at] }))
  return [
    ...(document.tables.winners?.rows ?? []).flatMap((row, at) => of(row.asserts, ['tables', 'winners', 'rows', at])),
    ...document.text_claims.flatMap((claim, at) => of(claim.asserts, ['text_claims', at])),
  ]
}

/** The keys of an assert that name a card. */
const cardKeys = ['card', 'over', 'under', 'cheaper', 'dearer', 'against'] as const

function assertProblems(document: ClaimsDocument, claim: Assert, path: readonly PropertyKey[]): Problem[] {
  const cards = Object.keys(document.cards)
  const named = claim as Readonly<Record<string, unknown>>
  const unknownCards = cardKeys.flatMap((key): Problem[] => {
    const name = named[key]
    return typeof name !== 'string' || cards.includes(name) ? [] : [unknownName([...path, key], 'card', name, cards)]
  })
  return [...unknownCards, ...rowProblems(document, claim, path)]
}

function rowProblems(document: ClaimsDocument, claim: Assert, path: readonly PropertyKey[]): Problem[] {
  const must = (table: CardTable, id: string, key: string, known = rowIds(document, table)): Problem[] =>
    known.includes(id) ? [] : [unknownName([...path, key], `row of ${table}`, id, known)]
  switch (claim.kind) {
    case 'spec':
      // a sentence may state what the sheet does not
      return must('spec', claim.row, 'row', [...(knownIds('spec') ?? []), ...rowIds(document, 'spec')])
    case 'cost-per-token-ratio':
      return must('throughput', claim.row, 'row')
    case 'uplift-of-rows':
      return claim.rows.flatMap((id) => must('throughput', id, 'rows'))
    case 'own-cell-fits': {
      const known = (['fits', 'throughput'] as const).flatMap((table) =>
        (document.tables[table]?.rows ?? []).flatMap((row) =>
          Object.keys(document.cards).flatMap((key) => (Object.hasOwn(row, key) ? [`${table}.${row.id}.${key}`] : [])),
        ),
      )
      return known.includes(claim.ref) ? [] : [unknownName([...path, 'ref'], 'cell', claim.ref, known)]
    }
    default:
      return []
  }
}
