import { expect, test } from 'vitest'
import { nextText } from '../../reports/run-answer/next.ts'
import { afterDemo } from './demo.ts'

/** The lines below `Next:` on a terminal of 80 columns. */
function shown(out: string): string[] {
  const [head, ...lines] = nextText(afterDemo(out), { columns: 80, color: false }).trimEnd().split('\n')
  expect(head).toBe('Next:')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  return lines
}
const words = afterDemo('').map(({ does }) => does)
/** Where what a command does begins. */
const columnOf = (line: string): number => Math.max(...words.map((each) => line.indexOf(each)))

test('what to type next is a line for each command, with what it does in one column', () => {
  const lines = shown('results/demo')
  expect(lines).toHaveLength(words.length)
  expect(new Set(lines.map(columnOf)).size).toBe(1)
  expect(columnOf(lines[0] as string)).toBeGreaterThan(40)
})

test('what a command does stands below it where a path is long, and the others stay in their column', () => {
  const [report, does, ...others] = shown(`/srv/${'a'.repeat(25)}/demo`)
  expect(report).toMatch(/ --all$/)
  expect(does).toBe(`    ${words[0]}`)
  expect(others).toHaveLength(words.length - 1)
  expect(new Set(others.map(columnOf)).size).toBe(1)
  expect(columnOf(others[0] as string)).toBeGreaterThan(40)
})
