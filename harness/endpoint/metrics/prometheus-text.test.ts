import fc from 'fast-check'
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

test('OpenMetrics: timestamps in seconds, exemplars and the end of the page are read past', () => {
  const page = [
    '# TYPE a counter',
    'a_total{x="1"} 17.0 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.7',
    'a_created{x="1"} 1520430000.123',
    'a_bucket{le="+Inf"} 3 # {trace_id="}"} 9.8',
    '# EOF',
  ].join('\n')
  expect(readSamples(page).map(({ name, value }) => [name, value])).toEqual([
    ['a_total', 17],
    ['a_created', 1520430000.123],
    ['a_bucket', 3],
  ])
})

test('only the wanted names are read', () => {
  expect(readSamples('a 1\nb{x="1"} 2\n', [''], (name) => name === 'b')).toHaveLength(1)
})

test.each(['a 1e400', 'a -1e400'])('%j is infinite', (line) => {
  expect(Math.abs(one(line)?.value as number)).toBe(Number.POSITIVE_INFINITY)
})

test('a line of 1 MB is no sample', () => {
  expect(readSamples(`a{x="${'y'.repeat(2 ** 20)}"} 1\nb 2\n`).map(({ name }) => name)).toEqual(['b'])
})

const token = fc.oneof(
  fc.constantFrom(
    'a',
    '{',
    '}',
    '"',
    ',',
    '=',
    '\\',
    '\n',
    ' ',
    '#',
    '1',
    'NaN',
    '+Inf',
    '1e400',
    '0x1f',
    'x="y"',
    '\u001b[',
  ),
  fc.string({ unit: 'binary' }),
)
test('any text becomes samples, never an error', () => {
  fc.assert(
    fc.property(fc.array(token), (parts) => {
      for (const { name, labels, value } of readSamples(parts.join(''))) {
        expect(name).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/)
        expect(typeof value).toBe('number')
        expect(Object.values(labels).every((text) => typeof text === 'string')).toBe(true)
      }
    }),
  )
})

const label = fc.string({ unit: 'binary' })
const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
test('what is written in the format is read back: any label, any value', () => {
  fc.assert(
    fc.property(label, fc.double({ noNaN: true, noDefaultInfinity: true }), (text, value) => {
      // a carriage return at the end of a line belongs to it
      const line = `a{x="${escaped(text)}"} ${value}`
      expect(readSamples(line)).toEqual([{ name: 'a', labels: { x: text }, value: Number(String(value)) }])
    }),
  )
})
