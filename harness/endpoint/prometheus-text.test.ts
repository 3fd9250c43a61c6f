import { expect, test } from 'vitest'
import { readSamples } from './prometheus-text.ts'

const one = (line: string) => readSamples(line)[0]

test('a histogram with labels keeps its sum and its count, engine by engine', () => {
  const page = [
    '# HELP vllm:time_to_first_token_seconds Histogram of time to first token in seconds.',
    '# TYPE vllm:time_to_first_token_seconds histogram',
    'vllm:time_to_first_token_seconds_bucket{engine="0",le="0.001",model_name="m"} 0.0',
    'vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="m"} 630.0',
    'vllm:time_to_first_token_seconds_count{engine="0",model_name="m"} 630.0',
    'vllm:time_to_first_token_seconds_sum{engine="0",model_name="m"} 25.7339084148407',
    'vllm:time_to_first_token_seconds_count{engine="1",model_name="m"} 2.0',
  ].join('\n')
  const samples = readSamples(page)
  expect(samples).toHaveLength(5)
  expect(samples.at(-2)).toMatchObject({ labels: { engine: '0' }, value: 25.7339084148407 })
  expect(samples.at(-1)).toMatchObject({ labels: { engine: '1' }, value: 2 })
})

test.each([
  ['a 1', 1],
  ['a 1.0', 1],
  ['a 1.787e+09', 1.787e9],
  ['a -2.5E-3 1395066363000', -0.0025],
  ['a{} .5', 0.5],
  ['a{x="y",} 7', 7],
  ['a +Inf', Number.POSITIVE_INFINITY],
  ['a -Inf', Number.NEGATIVE_INFINITY],
  ['a NaN', Number.NaN],
  ['a 1\r', 1],
])('%j has the value %d', (line, value) => {
  expect(one(line)?.value).toBe(value)
})

test('labels are unescaped, and may hold what looks like the end of them', () => {
  expect(one('a{x="q\\"}\\n\\\\ ,w", y = "2"} 1')?.labels).toEqual({ x: 'q"}\n\\ ,w', y: '2' })
  expect(one('a{__proto__="1",constructor="2"} 1')?.labels['constructor']).toBe('2')
})

test.each(['<html>no</html>', 'a{x="} 1', 'a{x=1} 1', 'a one', 'a 0x10', '# TYPE a counter', '', 'a{x="1"}', '1a 1'])(
  '%j is no sample',
  (line) => {
    expect(readSamples(line)).toEqual([])
  },
)

test('only the wanted prefixes are read', () => {
  expect(readSamples('python_gc 1\nvllm:a 2\nvllm:b 3\n', ['vllm:']).map((sample) => sample.name)).toEqual([
    'vllm:a',
    'vllm:b',
  ])
})

test('a hostile line is read in time that grows with its length alone', () => {
  // a reader that went back over it would not come out of this before the test times out
  expect(readSamples(`a{${'x="'.repeat(50_000)}`)).toEqual([])
  expect(readSamples(`a{${'x="1",'.repeat(50_000)}! 1`)).toEqual([])
})
