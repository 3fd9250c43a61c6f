import { expect, test } from 'vitest'
import { codeOf, shownBlock, wordsOf } from './shown.ts'
import { filesOf, stepsOf } from './steps.ts'

test('the commands, outputs and files of a guide are found', () => {
  const page = [
    '```yaml\n# mine.yaml\na: 1\n```',
    '```sh\njoulemark list \\\n  results   # the runs\n# a comment\njoulemark verify results\n```',
    '<!-- generated: verify -->\n<!-- end -->',
    '```sh\njoulemark key new\n```',
  ].join('\n\n')
  expect(stepsOf(page)).toEqual([
    { commands: ['joulemark list results', 'joulemark verify results'], block: 'verify' },
    { commands: ['joulemark key new'], block: null },
  ])
  expect([...filesOf(page)]).toEqual([['mine.yaml', '# mine.yaml\na: 1\n']])
})

test('a long output is cut, and says by how much; the exit code is always there', () => {
  const text = Array.from({ length: 60 }, (_, index) => `line ${index}`).join('\n')
  expect(shownBlock({ text, code: 1 })).toContain('line 23\n[36 more lines]\n```\n\nExit code 1.')
  expect(shownBlock({ text: 'short \n', code: 0 })).toBe('```text\nshort\n```\n\nExit code 0.')
})

test('the exit code of a block is read back, and not that of its output', () => {
  expect(codeOf(shownBlock({ text: 'Exit code 0 is good', code: 3 }))).toBe(3)
  expect(codeOf('```text\nExit code unknown\n```')).toBe(null)
})

test('the words of a block stay when its numbers change', () => {
  expect(wordsOf('pass  temperature  28 C, fan 30 %, utilisation 0 %')).toEqual(
    wordsOf('pass  temperature  71 C, fan 80 %, utilisation 99 %'),
  )
})
