import { expect, test } from 'vitest'
import type { AcceptanceLine } from './acceptance.ts'
import { verdictText } from './verdict-text.ts'

const line: AcceptanceLine = {
  scenario: 'one',
  starts: 1,
  metric: 'outputTokensPerS',
  measured: 812.4,
  low: 900,
  high: 1100.6,
  expected: 1000,
  basis: '4 other accepted servers',
  verdict: 'fail',
  unseenLoss: 0.1,
  why: ['throttled 40 % of the window'],
  remarks: [],
}
const missed = (throughput: string) =>
  '  the largest loss of an average server that this could have missed:\n' +
  '    memory bandwidth: any: no figure here shows it\n' +
  '    arithmetic: any: no figure here shows it\n' +
  '    memory clock: any: no figure here shows it\n' +
  '    SM clock: any: no figure here shows it\n' +
  `    throughput under this load: ${throughput}\n` +
  '    time to the first token, which grows: any: no figure here shows it\n' +
  '    energy efficiency: any: no figure here shows it\n' +
  '    room for the KV cache: any: no figure here shows it\n'

test('a verdict is the word, then each figure against its band with its causes, then what it could have missed', () => {
  expect(verdictText('RTX 4090', [line])).toBe(
    'NOT ACCEPTED: RTX 4090\n' +
      '  fail         one, Output throughput: 812.4 tokens/s, 900.0 to 1100.6 (4 other accepted servers)\n' +
      '    throttled 40 % of the window\n' +
      missed('10.0 %'),
  )
  const passed: AcceptanceLine = { ...line, measured: 1000, verdict: 'pass', why: [], starts: 3 }
  expect(verdictText('RTX 4090', [passed])).toBe(
    'ACCEPTED: RTX 4090\n  pass         one (3 starts), Output throughput: 1000.0 tokens/s, 900.0 to 1100.6 (4 other accepted servers)\n' +
      missed('10.0 %'),
  )
})

test('failures are first, the causes of one scenario are said once, and the most sensitive figure counts', () => {
  const decode: AcceptanceLine = { ...line, metric: 'decodeTokensPerS', unseenLoss: 0.07 }
  const passed: AcceptanceLine = { ...line, scenario: 'two', verdict: 'pass', why: [], remarks: ['remark: fast'] }
  const text = verdictText('RTX 4090', [passed, line, decode])
  expect(text.split('\n').map((each) => each.trim().split(/[ ,]+/)[0])).toEqual([
    ...['NOT', 'fail', 'throttled', 'fail', 'pass', 'remark:', 'the'],
    ...['memory', 'arithmetic:', 'memory', 'SM', 'throughput', 'time', 'energy', 'room', ''],
  ])
  expect(text).toContain('throughput under this load: 7.0 %')
})

test('edges that are not known are not printed', () => {
  const text = (over: Partial<AcceptanceLine>) => verdictText('RTX 4090', [{ ...line, ...over }])
  expect(text({ high: null })).toContain('812.4 tokens/s, at least 900.0 (')
  expect(text({ low: null })).toContain('812.4 tokens/s, at most 1100.6 (')
})

test('what was not measured has no band and accepts nothing', () => {
  const nothing = { measured: null, low: null, high: null, expected: null, basis: 'none', unseenLoss: null, why: [] }
  const blind: AcceptanceLine = { ...line, ...nothing, verdict: 'not-measured' }
  expect(verdictText('RTX 4090', [blind])).toBe(
    'NOT ACCEPTED: RTX 4090\n  not-measured one, Output throughput: not measured, no band\n',
  )
})

test('a simulated server is never accepted; the text says what a real one would be', () => {
  const stamp = 'SIMULATED: proves nothing about this server; a real one would fail with this figure'
  const simulated: AcceptanceLine = { ...line, verdict: 'not-measured', simulated: 'fail', why: [stamp, ...line.why] }
  expect(verdictText('RTX 4090', [simulated])).toBe(
    'NOT ACCEPTED: RTX 4090\n' +
      '  SIMULATED: proves nothing about this server; a real one with these figures would be rejected\n' +
      '  would fail   one, Output throughput: 812.4 tokens/s, 900.0 to 1100.6 (4 other accepted servers)\n' +
      '    throttled 40 % of the window\n' +
      missed('10.0 %'),
  )
})

test('a scenario whose server did not start is named with the reason', () => {
  const reason = 'vLLM did not start (docker): no docker on PATH'
  expect(verdictText('RTX 4090', [], [{ name: 'one', reason }])).toBe(
    `NOT ACCEPTED: RTX 4090\n  not-measured one: ${reason}\n`,
  )
})
