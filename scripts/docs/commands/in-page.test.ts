import { expect, test } from 'vitest'
import { commandsOf, joulemarkWords, unmarkedCommands } from './in-page.ts'
import { ruleOf, typedHere } from './rules.ts'

const page = [
  '```sh\njoulemark list \\\n  results   # the runs\n# a comment\n\nnpm run bench -- fit\n```',
  '<!-- generated: one -->\n```sh\njoulemark demo\n```\n<!-- end -->',
  '```\ndocker run x\nWorkload  tokens/s\n```',
  '```text\n$ joulemark verify\n```',
].join('\n\n')

test('commands are those of shell blocks that people wrote, in their order; one in another block is noticed', () => {
  expect(commandsOf(page)).toEqual(['joulemark list results', 'npm run bench -- fit'])
  expect(unmarkedCommands(page)).toEqual(['docker run x'])
})

test('the words of joulemark end where the shell goes on; another program has none', () => {
  expect(joulemarkWords('A=1 npm run bench -- quote "a b" --number 1 > out')).toEqual(['quote', 'a b', '--number', '1'])
  expect(joulemarkWords('./joulemark-1/bin/joulemark doctor && echo')).toEqual(['doctor'])
  expect(joulemarkWords('docker run joulemark doctor')).toBe(null)
})

test('a command is run as it stands, but for what its rule names', () => {
  const rules = [
    { command: / run x /, instead: [[/http:\S+/, '{url}']], more: '--trials 1' },
    { command: / list$/, throughNpm: true },
  ] as const
  const typed = (command: string) => typedHere(command, ruleOf(command, rules), { url: 'http://here:1' })
  expect(typed('npm run bench -- run x --endpoint http://a:8000')).toBe(
    'joulemark run x --endpoint http://here:1 --trials 1',
  )
  expect(typed('npm run bench -- list')).toBe('npm run bench -- list')
  expect(typed('openssl rand -hex 24 > token')).toBe('openssl rand -hex 24 > token')
})
