import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeTextsBodies, type TextsBody } from './texts-body.ts'

const plan: TextsBody = {
  api: 'embeddings',
  model: 'm',
  vocab: 30_000,
  seed: 1,
  salt: 7,
  perRequest: 3,
  queryWords: 0,
}
const parsed = (body: TextsBody, over: object = {}) => {
  const request = { phase: 0, topic: 5, promptTokens: 3 * 100, outputTokens: 0, ...over }
  return JSON.parse(Buffer.concat(makeTextsBodies(body).make(request)).toString('utf8'))
}

test('token ids: as many texts as asked, each of exact length, as base64', () => {
  const { input, ...rest } = parsed(plan)
  expect(rest).toEqual({ model: 'm', encoding_format: 'base64' })
  expect(input.map((ids: number[]) => ids.length)).toEqual([100, 100, 100])
  expect(input.flat().every((id: number) => Number.isInteger(id) && id >= 0 && id < 30_000)).toBe(true)
})

test('no two texts begin alike: in a request, in two requests, in two runs', () => {
  const heads = [
    ...parsed(plan).input,
    ...parsed(plan, { topic: 6 }).input,
    ...parsed(plan, { phase: 1 }).input,
    ...parsed({ ...plan, salt: 8 }).input,
  ].map((ids: number[]) => ids.slice(0, 16).join())
  expect(new Set(heads).size).toBe(heads.length)
})

test('words, with the special tokens that the server counts', () => {
  const { input } = parsed({ ...plan, vocab: null, length: { baseTokens: 3, tokensPerWord: 1 } })
  // a first word that is part of the base, and one word for each further token
  expect(input.map((text: string) => text.split(' ').length)).toEqual([98, 98, 98])
})

test('rerank: one query for all documents', () => {
  const { query, documents } = parsed({ ...plan, api: 'rerank', vocab: null, queryWords: 4 })
  expect([query.split(' ').length, documents.length]).toEqual([4, 3])
})

test('any number of texts of any length is a valid body', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 400 }),
      fc.boolean(),
      (texts, tokens, ids) => {
        const body = { ...plan, perRequest: texts, vocab: ids ? 30_000 : null }
        const { input } = parsed(body, { promptTokens: texts * tokens })
        expect(input).toHaveLength(texts)
        if (ids) expect(input.every((list: number[]) => list.length === tokens)).toBe(true)
      },
    ),
  )
})
