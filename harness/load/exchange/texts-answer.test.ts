import { expect, test } from 'vitest'
import { textsAnswer } from './texts-answer.ts'

const vector = { index: 0, object: 'embedding', embedding: 'AAAA' }
const body = (over: object = {}) => JSON.stringify({ data: [vector, vector], usage: { prompt_tokens: 7 }, ...over })
const judge = (text: string, texts = 2, status = 200) => textsAnswer(status, null, text, texts)

test('vectors as base64 or numbers, scores, and usage in either field', () => {
  expect(judge(body())).toEqual({ outcome: 'ok', error: '', promptTokens: 7 })
  expect(judge(body({ data: [{ embedding: [0.1] }, { embedding: [0.2] }] })).outcome).toBe('ok')
  const scores = { results: [{ index: 1, relevance_score: 0 }], usage: { total_tokens: 9 } }
  expect(judge(JSON.stringify(scores), 1)).toEqual({ outcome: 'ok', error: '', promptTokens: 9 })
})

test.each([
  ['a vector too few', body({ data: [vector] }), /1 item for 2 texts/],
  ['an empty vector', body({ data: [vector, { embedding: [] }] }), /item 1 .* no vector/],
  ['a score that is no number', body({ data: undefined, results: [{ relevance_score: '1' }, {}] }), /item 0/],
  ['no usage', body({ usage: undefined }), /no usage/],
  ['usage that is a text', body({ usage: { prompt_tokens: '7' } }), /no usage/],
  ['another document', '{"choices":[]}', /neither `data` nor `results`/],
  ['no document', '<html>', /not a JSON document/],
])('%s is malformed', (_, text, error) => {
  expect(judge(text)).toEqual({ outcome: 'malformed', error: expect.stringMatching(error), promptTokens: null })
})

test('a refusal has the words of the server', () => {
  const refused = judge('{"error":{"message":"input too long"}}', 2, 400)
  expect(refused).toMatchObject({ outcome: 'http-4xx', error: expect.stringContaining('input too long') })
})
