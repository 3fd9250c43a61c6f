import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scenarioSchema } from '../../scenario/schema.ts'
import { launchPlan } from './launch-plan.ts'
import { shellLine } from './plan.ts'

/** The words that a POSIX shell takes a line for: `docker` is a function that prints each of its arguments and a NUL. */
function wordsByShell(line: string): string[] {
  const script = `docker() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${line}\n`
  const { status, stdout, stderr } = spawnSync('sh', ['-u'], { input: script, encoding: 'utf8', cwd: '/', env: {} })
  expect([status, stderr]).toEqual([0, ''])
  return stdout.split('\0').slice(0, -1)
}

/** Words that a shell would do something with, beside plain ones. An argument of a process holds no NUL. */
const anyWord = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0')),
  fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '`',
        ' ',
        '\n',
        '\t',
        '*',
        '?',
        '[a]',
        '~',
        '!',
        '#',
        ';',
        '&',
        '|',
        '-',
        'x',
        'vllm/',
        '=',
        '(',
        '{a,b}',
        '<',
        '>',
        '%s',
        'é',
      ),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '',
    '-',
    '--',
    '~',
    '~root',
    '$(touch x)',
    "'; touch x; '",
    '"device=GPU-a,GPU-b"',
    'HF_TOKEN',
    '$HOME',
  ),
)

/** `~/` at the front is meant: the home folder of whoever pastes the line. */
const word = anyWord.filter((text) => !text.startsWith('~/'))

test('the line that is printed says to a shell what docker would have been given, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.array(word, { maxLength: 8 }), { minLength: 1, maxLength: 20 }), (lines) => {
      // several lines to one shell: starting it takes longer than all the rest
      const script = lines.map((words) => `${shellLine(words)}; printf '\\1\\0'`).join('\n')
      expect(wordsByShell(script)).toEqual(lines.flatMap((words) => [...words, '\x01']))
    }),
    { numRuns: 100, seed: 20_261_126 },
  )
})

test('so does the line of a plan, with a folder that is named to trap it', () => {
  const scenario = scenarioSchema.parse({
    name: 'some-scenario',
    title: 'Some scenario',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'closed', concurrency: 32 },
    prompt: { tokens: 512 },
    output: { tokens: 256 },
  })
  const cacheDir = "/home/it's $HOME/`id`\n-rm"
  const plan = launchPlan(scenario, 'rtx-4090', { port: 8000, gpus: ['GPU-a', 'GPU-b'], tag: 'latest', cacheDir })
  expect(wordsByShell(shellLine(plan.argv))).toEqual(plan.argv)
})

test("`~/` at the front of a word is the reader's home folder, another `~` is a tilde", () => {
  const line = shellLine(['~/.cache/huggingface:/root/.cache', '~root', 'a~/b', '~/with space'])
  expect(line).toBe("docker ~/.cache/huggingface:/root/.cache '~root' 'a~/b' '~/with space'")
})
