import { expect, test } from 'vitest'
import { saidIo } from '../../harness/testing/said-io.ts'
import { buildProgram } from '../program.ts'
import { candidates, type KnownValues } from './candidates.ts'

const known: KnownValues = {
  cards: ['rtx-4090', 'rtx-5090', 'l40s'],
  models: ['llama-3.1-8b'],
  scenarios: ['regression', 'rag-8b-200-mau'],
  explained: ['gate', 'throttle'],
}
const program = buildProgram('1.2.3', saidIo().io, () => {})
const values = (...words: readonly string[]) => candidates(program, words, known).map(({ value }) => value)

test.each<readonly [words: readonly string[], values: readonly string[]]>([
  [['pre'], ['predict']],
  [
    ['fleet', ''],
    ['compare', 'report'],
  ],
  [['run', 're'], ['regression']],
  [['run', '--quick', 'ra'], ['rag-8b-200-mau']],
  [['predict', '--card', 'rtx-4'], ['rtx-4090']],
  [['predict', '--card=rtx-4'], ['--card=rtx-4090']],
  [['run', '--simulate', 'l40s,rtx-5'], ['l40s,rtx-5090']],
  [['run', '--model', ''], ['llama-3.1-8b']],
  [['explain', 'thr'], ['throttle']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['card', 'describe', 'l'], ['l40s']],
  // files: the shell completes them
  [['report', ''], []],
  [['run', '--out', ''], []],
  // the value of a flag is no command
  [['report', '--out', 'compare', '--forma'], ['--format']],
  [
    ['nonsense', '--'],
    ['--version', '--help'],
  ],
])('joulemark %j is completed to %j', (words, expected) => {
  expect(values(...words).filter((value) => expected.includes(value))).toEqual(expected)
  if (expected.length === 0) expect(values(...words)).toEqual([])
})

test('flags are those of the command, with their descriptions; hidden commands are not offered', () => {
  const flags = candidates(program, ['compare', '--sm'], known)
  expect(flags).toMatchObject([{ value: '--smallest-effect', description: expect.stringContaining('threshold') }])
  expect(values('')).not.toContain('complete')
})
