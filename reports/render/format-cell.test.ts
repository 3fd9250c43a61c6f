import { expect, test } from 'vitest'
import { formatCell, formatInterval, formatNumber, formatShare } from './format-cell.ts'
import { displayWidth, printable, wrapTo } from './plain-text.ts'

test.each([
  [1380, 0, '1,380'],
  [0.02885, 4, '0.0289'],
  [-0.0001, 2, '0.00'],
  [-33.4, 0, '-33'],
])('%d with %i digits is %s', (value, digits, printed) => expect(formatNumber(value, digits)).toBe(printed))

test('a half-width that rounds to nothing has the digits of its value', () => {
  expect(formatInterval(1380, [1368, 1392], 0)).toBe('±12')
  expect(formatInterval(1380, [1379.97, 1380.03], 0)).toBe('±<1')
  expect(formatInterval(262, [261.7, 262.3], 0, '£')).toBe('±<£1')
  expect(formatInterval(9.64, [9.636, 9.644], 2)).toBe('±<0.01')
  expect(formatInterval(9.64, [9.64 - 1e-12, 9.64 + 1e-12], 2)).toBe('±<0.01')
  expect(formatInterval(9.64, [9.64, 9.64], 2, '£')).toBe('±£0.00')
  expect(formatInterval(1380, [1380, 1380], 0)).toBe('±0')
})

test('an interval that is not symmetric is written out', () => {
  expect(formatInterval(2, [1.5, 3], 1).replaceAll('\u00a0', ' ')).toBe('1.5 to 3.0')
})

test('a ratio is good or bad only when its interval leaves 1 out', () => {
  const ratio = { kind: 'ratio', value: 1.02, digits: 2, better: 'higher' } as const
  expect(formatCell({ ...ratio, ci95: [0.99, 1.05] }).tone).toBe('plain')
  expect(formatCell({ ...ratio, ci95: [1.01, 1.03] }).tone).toBe('good')
  expect(formatCell({ ...ratio, value: 0.9 }).tone).toBe('bad')
})

test('unknown is a dash with a reason, out of memory has its evidence', () => {
  expect(formatCell({ kind: 'missing', reason: 'no GPU' })).toMatchObject({ main: '—', footnote: 'no GPU' })
  expect(formatCell({ kind: 'oom', evidence: '73 on 25 GB' })).toMatchObject({ main: 'OOM', footnote: '73 on 25 GB' })
})

test('shares', () => {
  expect(formatShare(0.224)).toBe('22\u00a0%')
  expect(formatShare(0.004)).toBe('0.4\u00a0%')
})

test('printable text is one line that moves no cursor', () => {
  expect(printable('a\r\nb\u001b[31mc\u0000\u009bd')).toBe('a bcd')
})

test('wide characters take two columns, combining marks none', () => {
  expect(displayWidth('模型 e\u0301')).toBe(6)
})

test('wraps at spaces, cuts long words, never breaks a figure from its unit', () => {
  expect(wrapTo('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrapTo('abcdefgh', 3)).toEqual(['abc', 'def', 'gh'])
  expect(wrapTo('at 5\u00a0W now', 6)).toEqual(['at 5\u00a0W', 'now'])
})
