import { expect, test } from 'vitest'
import { nextText } from './demo.ts'

test('what to type next fits a terminal of 80 columns, each with what it does', () => {
  const lines = nextText('results/demo-20261127-175420', { columns: 80 }).trimEnd().split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(lines.join('\n')).toMatch(
    /^Next:\n {2}\S.* --all\s+every table, here\n.* doctor {3}is this server ready\?\n.* init {3}a scenario for your server\n/,
  )
})
