import { expect, test } from 'vitest'
import { parseTrace } from './trace.ts'

const request = (atMs: number, promptTokens: number, outputTokens: number) => ({
  atMs,
  promptTokens,
  outputTokens,
  hashIds: [],
})

test.each([
  [
    "Azure's traces, with times to 100 ns",
    'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n',
    [request(0, 374, 44), request(4315, 396, 109)],
  ],
  [
    'BurstGPT, whose failed requests have no answer',
    'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,1087,0,1087,Conversation log\n118,GPT-4,417,276,693,API log\n',
    [request(0, 472, 18), request(113_000, 417, 276)],
  ],
  [
    'an access log with usage',
    '{"time":"2026-11-26T10:00:00.250Z","usage":{"prompt_tokens":20,"completion_tokens":5}}\n{"time":"2026-11-26T10:00:01Z","usage":{"prompt_tokens":30,"completion_tokens":6}}\n',
    [request(0, 20, 5), request(750, 30, 6)],
  ],
  [
    'times in seconds and in milliseconds since 1970',
    '{"ts":1790000000.5,"prompt_tokens":20,"completion_tokens":5}\n{"ts":1790000001500,"prompt_tokens":30,"completion_tokens":6}\n',
    [request(0, 20, 5), request(1000, 30, 6)],
  ],
  [
    'the other names of a Mooncake trace',
    '{"created_time":10,"input_tokens":20,"output_tokens":5}\n{"created_time":0,"input_tokens":30,"output_tokens":6}\n',
    [request(0, 30, 6), request(10, 20, 5)],
  ],
])('%s', (_, text, expected) => {
  const found = parseTrace('trace', text).map((each) => ({ ...each, atMs: Math.round(each.atMs) }))
  expect(found).toEqual(expected)
})

test.each([
  ['TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,1,1\n', 'trace:2: TIMESTAMP: expected a time'],
  [
    'TIMESTAMP,ContextTokens,GeneratedTokens\n1,1,many\n',
    'trace:2: GeneratedTokens: expected a whole number of tokens',
  ],
  ['a,b\n1,2\n', 'trace:2: timestamp: expected a time'],
  ['{"time":"2026-11-26T10:00:00Z"}\n', 'trace:1: input_length: expected a whole number'],
  ['{"timestamp":1,"input_length":1,"output_length":1,"hash_ids":["a"]}\n', 'trace:1: hash_ids: expected a list'],
  ['[1]\n', 'trace:1: contains no request'],
  ['{"timestamp":0,"input_length":5,"output_length":0}\n', 'contains no request'],
])('%j is one line', (text, line) => {
  expect(() => parseTrace('trace', text)).toThrow(line)
})
