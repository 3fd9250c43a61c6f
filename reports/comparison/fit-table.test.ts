import { expect, test } from 'vitest'
import { cardByKey } from '../../harness/catalogue/cards.ts'
import article from '../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { makeRun } from '../../harness/testing/record-builder.ts'
import { parseClaims } from '../claims/file/parse.ts'
import { fitClaims, fitClaimsTable } from './fit-claims.ts'
import { capacityRows, capacityTable, modelFits, modelFitTable } from './fit-table.ts'

const cards = [cardByKey('rtx-4090')!, cardByKey('rtx-pro-6000-max-q')!]
const assumed = { contextTokens: 16_384, sessions: 1, kvBytesPerElement: 2 } as const
const claims = parseClaims(article, 'article.json')

test('every language model on every card, with head-room, largest context and most sessions', () => {
  const fits = modelFits(cards, assumed)
  const of = (model: string, card: string) => fits.find((fit) => fit.model === model && fit.card === card)
  expect(of('llama-3.1-70b-instruct-awq-int4', 'rtx-4090')?.verdict).toBe('OOM')
  expect(of('llama-3.1-70b-instruct-fp8', 'rtx-pro-6000-max-q')).toMatchObject({
    verdict: 'Comfortable',
    maxSessions: 3,
  })
  // memory has room for more than the model can take
  expect(of('llama-3.1-8b-instruct-fp8', 'rtx-pro-6000-max-q')?.longestContextTokens).toBe(131_072)
  expect(fits.some((fit) => fit.model.startsWith('tiny-'))).toBe(false)
})

test('the table says in bytes why something does not fit', () => {
  const table = modelFitTable(cards, assumed)
  const row = table.rows.find((each) => each.id === 'llama-3.1-70b-instruct-awq-int4')
  expect(row?.cells[2]).toMatchObject({ kind: 'oom', evidence: expect.stringContaining('37.0 GiB of weights') })
  expect(row?.cells[3]).toMatchObject({ kind: 'text', text: 'Trivial' })
})

test("the article's ten rows: 17 of its 19 cells are ours, and the other two are explained", () => {
  const all = fitClaims(claims)
  expect(all).toHaveLength(19)
  const disagreements = all.filter((claim) => !claim.agrees)
  expect(disagreements.map((claim) => [claim.row, claim.card, claim.claimed, claim.ours, claim.status])).toEqual([
    [expect.stringContaining('llama70b-awq'), 'rtx-4090', 'Tight', 'OOM', 'impossible'],
    [expect.stringContaining('flux'), 'rtx-4090', 'Tight', 'OOM', 'impossible'],
  ])
  const table = fitClaimsTable(claims)
  expect(table.rows).toHaveLength(10)
  for (const { why } of disagreements) expect(table.notes.some((note) => note.includes(why))).toBe(true)
})

test('predicted beside real KV capacity, where a record holds it', () => {
  const run = makeRun({ card: 'rtx-4090' })
  const serving = { kvCapacityTokens: 190_000, kvCacheDtype: 'fp8', gpuMemoryUtilization: 0.94 }
  const told = { ...run, endpoint: { ...run.endpoint, serving: serving as never } }
  expect(capacityTable([run])).toBeNull()
  const [row] = capacityRows([run, told])
  expect(row?.measuredTokens).toBe(190_000)
  expect((row?.predictedTokens as number) / 196_300).toBeCloseTo(1, 2)
  expect(capacityTable([told])?.rows).toHaveLength(1)
})
