import { expect, test } from 'vitest'
import { plainLines } from './plain-lines.ts'

test('a line is one line, and controls no terminal', () => {
  let written = ''
  plainLines((text) => {
    written += text
  })('  400 W: failed: \u001b[31mno\u001b[0m\r\nmodel \u202eabc')
  expect(written).toBe('  400 W: failed:  [31mno [0m model abc\n')
})
