import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { loadScenarios } from '../load-file.ts'
import { lengthText } from './length.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lengths-'))
})

const known = { models: ['tiny-random-llama'], cards: ['rtx-4090'] }

/** A scenario with these lengths of prompts, and a file beside it. */
async function load(tokens: string, text: string, more = '') {
  await writeFile(join(folder, 'lengths.txt'), text)
  await writeFile(
    join(folder, 'one.yaml'),
    `name: one\ntitle: One\nkind: text\nmodel: tiny-random-llama\nload: { shape: closed, concurrency: 1 }\nprompt: { tokens: ${tokens} }\noutput: { tokens: 8 }\n${more}`,
  )
  const [file] = await loadScenarios([join(folder, 'one.yaml')], known)
  if (file?.kind !== 'text') throw new TypeError('text')
  return file
}

const problem = async (tokens: string, text: string) => {
  const error: unknown = await load(tokens, text).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return String((error as Error | null)?.message).replaceAll(folder, '')
}

const fromFile = '{ distribution: empirical, file: lengths.txt }'

test.each([
  ['one per line', fromFile, '30\n10\n\n20\n'],
  [
    'a column of a CSV file',
    '{ distribution: empirical, file: lengths.txt, column: ContextTokens }',
    'TIMESTAMP,ContextTokens\n1,30\n2,10\n3,20\n',
  ],
  [
    'a field of a JSONL file',
    '{ distribution: empirical, file: lengths.txt, column: usage.prompt_tokens }',
    '{"usage":{"prompt_tokens":30}}\n{"usage":{"prompt_tokens":10}}\n{"usage":{"prompt_tokens":20}}\n',
  ],
])('lengths are read from %s, with the digest of the file', async (_, tokens, text) => {
  const { prompt } = await load(tokens, text)
  expect(prompt.tokens).toMatchObject({ values: [10, 20, 30], sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
})

test('of a long file the quantiles are kept', async () => {
  const text = Array.from({ length: 5000 }, (_, index) => String(index + 1)).join('\n')
  const { prompt } = await load(fromFile, text)
  expect((prompt.tokens as { values: number[] }).values).toHaveLength(1000)
  expect(lengthText(prompt.tokens ?? 0)).toBe('about 2501 (empirical, 3 to 4998)')
})

test('the lengths of a card override are read too', async () => {
  const { cards } = await load('8', '7\n', `cards: { rtx-4090: { prompt: { tokens: ${fromFile} } } }\n`)
  expect(cards?.['rtx-4090']).toMatchObject({ prompt: { tokens: { values: [7] } } })
})

test.each([
  [
    fromFile,
    '10\nmany\n',
    '/lengths.txt:2: length: expected a whole number of tokens from 1 to 2000000, got "many"; name the column of a CSV or JSONL file with `column`',
  ],
  [fromFile, '0\n', '/lengths.txt:1: length: expected a whole number of tokens from 1'],
  [fromFile, '\n', '/lengths.txt:1: contains no length'],
  [
    '{ distribution: empirical, file: lengths.txt, column: b }',
    'a\n1\n',
    '/lengths.txt:1: no column "b"; its columns are a',
  ],
  ['{ distribution: empirical, file: lengths.txt, column: b }', '{"b":1}\n{"b":"', '/lengths.txt:2: not JSON'],
  ['{ distribution: empirical, file: none.txt }', '', '/one.yaml:6: prompt.tokens.file: /none.txt: no such file'],
  ['{ distribution: empirical, file: "." }', '', ': not a file'],
  ['{ distribution: normal, mean: 5 }', '', '/one.yaml:6: prompt.tokens.deviation: missing; expected a number'],
  [
    '{ distribution: gauss, mean: 5 }',
    '',
    '/one.yaml:6: prompt.tokens.distribution: expected one of uniform, normal, lognormal, empirical',
  ],
  ['{ distribution: uniform, min: 5, mx: 7 }', '', 'prompt.tokens.mx: unknown key'],
  [
    '{ distribution: uniform, min: 9, max: 7 }',
    '',
    '/one.yaml:6: prompt.tokens.max: expected max to be at least min (9), got 7',
  ],
  ['many', '', '/one.yaml:6: prompt.tokens: expected a number or a map of keys, got "many"'],
])('%s with %j is one clear line', async (tokens, text, line) => {
  expect(await problem(tokens, text)).toContain(line)
})
