import { describe, expect, test } from 'vitest'
import { cardByKey } from '../../harness/catalogue/cards.ts'
import article from '../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { modelByKey } from '../../harness/catalogue/own-models.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { parseClaims } from '../claims/file/parse.ts'
import { fitClaims, fitClaimsTable } from './fit-claims.ts'
import { capacityRows, capacityTable, fitOverview, modelFits, modelFitTable } from './fit-table.ts'

const cards = [cardByKey('rtx-4090')!, cardByKey('rtx-pro-6000-max-q')!]
const assumed = { contextTokens: 16_384, sessions: 1, kvBytesPerElement: 2 } as const
const claims = parseClaims(article, 'article.json')

test('every language model on every card, with headroom, largest context and most sessions', () => {
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
  const table = modelFitTable(cards, assumed, [modelByKey('llama-3.1-70b-instruct-awq-int4')!])
  expect(table.rows).toHaveLength(1)
  const row = table.rows[0]
  expect(row?.cells[2]).toMatchObject({ kind: 'oom', evidence: expect.stringContaining('37.0 GiB of weights') })
  expect(row?.cells[3]).toMatchObject({ kind: 'text', text: 'Trivial' })
})

describe('the overview of all models', () => {
  const table = fitOverview(cards, assumed)
  const cell = (key: string, column: number) => table.rows.find(({ id }) => id === key)?.cells[column]

  test('one short line each, the smallest checkpoint first', () => {
    const weights = table.rows.map(({ cells }) => (cells[1]?.kind === 'number' ? cells[1].value : Number.NaN))
    expect(weights).toEqual(weights.toSorted((a, b) => a - b))
    expect(table.rows.length).toBeGreaterThan(60)
    const texts = table.rows.flatMap(({ cells }) => [cells[0], cells[2], cells[3]])
    // a row of two cards is one line in a terminal of 80 columns
    expect(texts.filter((each) => each?.kind !== 'text' || each.text.length > 24 || each.detail)).toEqual([])
  })

  test('what fits, how much of the context fits, and by how much the weights are too large', () => {
    expect(cell('llama-3.1-8b-instruct-fp8', 2)).toMatchObject({ text: 'Comfortable 92k, 5', tone: 'good' })
    expect(cell('qwen2.5-coder-32b-instruct-awq', 2)).toMatchObject({ text: 'OOM: 7k of 16k', tone: 'bad' })
    expect(cell('llama-3.1-70b-instruct-fp8', 2)).toMatchObject({ text: 'OOM by 47.7 GiB', tone: 'bad' })
  })

  test('a model is not asked for more context than it takes', () => {
    const [fit] = modelFits(cards, { ...assumed, contextTokens: 16_384 }, [modelByKey('llama-2-7b-chat')!])
    // 13.5 GB of weights and 2.1 GB of KV: it holds its 4096 tokens three times
    expect(fit).toMatchObject({ longestContextTokens: 4096, maxSessions: 3, verdict: 'Comfortable' })
  })
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
