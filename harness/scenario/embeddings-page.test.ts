import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { requestTokens } from './embeddings-schema.ts'
import { scenarioFileSchema } from './schema.ts'

const page = readFileSync(new URL('../../docs/embeddings.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text]) =>
  scenarioFileSchema.parse(parse(text!)),
)

test('the scenarios of the page are valid, one of each API', () => {
  expect(blocks.map((file) => (file.kind === 'embeddings' ? file.api : file.kind))).toEqual(['embeddings', 'rerank'])
})

test('a pair of query and document counts both, as often as there are documents', () => {
  const texts = { tokens: 256, perRequest: 50, queryTokens: 32 }
  expect(requestTokens('rerank', texts)).toBe(50 * 288)
  expect(requestTokens('embeddings', texts)).toBe(50 * 256)
})

test('unknown fields and empty texts are refused', () => {
  const file = { name: 'a', title: 'A', kind: 'embeddings', model: 'm', load: { shape: 'closed', concurrency: 1 } }
  expect(scenarioFileSchema.safeParse({ ...file, texts: { tokens: 0 } }).success).toBe(false)
  expect(scenarioFileSchema.safeParse({ ...file, texts: { tokens: 8 }, prompt: { tokens: 8 } }).success).toBe(false)
  expect(scenarioFileSchema.safeParse({ ...file, texts: { tokens: 8 } }).success).toBe(true)
})
