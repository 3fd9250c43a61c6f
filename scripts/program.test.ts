import { readdirSync, readFileSync } from 'node:fs'
import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { describe, expect, test } from 'vitest'
import { SMALLEST_EFFECT } from '../harness/verdict/verdict.ts'
import { formats } from '../reports/render/renderers.ts'
import { USUAL_CARDS } from './actions/fit.ts'
import { buildProgram } from './program.ts'
import { flagsFor } from './support/command.ts'
import type { CommandIo } from './support/io.ts'

/** The command line as text: help, documented lines and mistakes. No action is run. */
const io: CommandIo = {
  stdout: () => {},
  stderr: { isTTY: false, color: false, write: () => {} },
  env: {},
  columns: null,
  color: false,
}

function program(columns = 80): { root: Command; said: () => string } {
  let text = ''
  const root = buildProgram('1.2.3', io, () => {})
  for (const command of everyCommand(root)) {
    command.configureOutput({
      writeOut: (piece) => {
        text += piece
      },
      writeErr: (piece) => {
        text += piece
      },
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
    })
    if (command.commands.length === 0) command.action(() => {})
  }
  return { root, said: () => text }
}

const everyCommand = (command: CommandUnknownOpts): CommandUnknownOpts[] => [
  command,
  ...command.commands.flatMap(everyCommand),
]

async function typed(words: readonly string[], columns = 80): Promise<string> {
  const { root, said } = program(columns)
  await root.parseAsync([...words], { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error
  })
  return said()
}

const paths = everyCommand(program().root).map((command) => {
  const names: string[] = []
  for (let at: CommandUnknownOpts | null = command; at?.parent; at = at.parent) names.unshift(at.name())
  return { names, line: names.join(' ') }
})

describe('help', () => {
  test('shows the commands in groups, in the order of use', async () => {
    const text = await typed(['--help'])
    const heads = ['Start:', 'Prepare:', 'Measure:', 'Compare:', 'Prove and sell:', 'Examples:']
    const places = heads.map((head) => text.indexOf(`\n${head}\n`))
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(text).not.toContain('\nCommands:\n')
  })

  test.each(paths)('of joulemark $line fits 80 columns, breaks at words and has an example', async ({ names }) => {
    const text = await typed([...names, '--help'])
    const lines = text.split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(text).toMatch(/\nExamples:\n {2}joulemark \w/)
    expect(text).not.toMatch(/unless given|\(default: "/)
    // the same words as on a terminal that is wide enough for every line
    const wide = await typed([...names, '--help'], 1000)
    expect(text.split(/\s+/)).toEqual(wide.split(/\s+/))
  })

  test.each(paths)('examples of joulemark $line can be typed', async ({ names }) => {
    const text = await typed([...names, '--help'])
    const lines = text.split('\n').flatMap((line) => /^ {2}joulemark (.+)/.exec(line)?.[1] ?? [])
    for (const line of lines) expect(await typed(shellWords(line))).toBe('')
  })

  test('states the defaults that the code behind has', async () => {
    expect(await typed(['compare', '--help'], 200)).toContain(`(default: ${SMALLEST_EFFECT * 100}%)`)
    expect(await typed(['report', '--help'], 200)).toContain(
      `separated by commas: terminal, ${formats.filter((name) => name !== 'terminal').join(', ')}, openmetrics (`,
    )
    expect(await typed(['fit', '--help'], 200)).toContain(`(default: ${USUAL_CARDS.join(',')})`)
  })
})

describe('a mistake is one line with the nearest name, and where help is', () => {
  test.each([
    [['rnu'], /unknown command 'rnu'\n\(Did you mean run\?\)\n\n?\(joulemark --help/],
    [
      ['run', 'x', '--endpiont', 'u'],
      /unknown option '--endpiont'\n\(Did you mean --endpoint\?\)\n\n?\(joulemark run --help/,
    ],
    [['baseline', 'sohw'], /Did you mean show\?[\s\S]*\(joulemark baseline --help/],
    [['predict', 'x'], /required option '--card <list>' not specified\n\n?\(joulemark predict --help/],
    [['run', 'x', '--against', 'basline'], /Allowed choices are baseline/],
    [
      ['simulate', '--bandwidth-share', 'abc'],
      /'--bandwidth-share <share>' argument 'abc' is invalid\. Expected a share above 0/,
    ],
    [['simulate', '--fault-share', '120%'], /argument '120%' is invalid\. Expected a share above 0 and up to 1/],
    [['compare', 'a', 'b', '--smallest-effect', '50%'], /Expected a share above 0 and below 50%/],
    [['report', '--price', 'rtx-4090'], /Expected CARD=GBP/],
    [['serve', 'x', '--port', ''], /Expected a port/],
    [['run', 'x', '--gpus', '0,,1'], /Expected one name, or several separated by commas/],
  ])('%j', async (words, text) => {
    expect(await typed(words)).toMatch(text)
  })

  test('shares that are meant are taken', async () => {
    const { root } = program()
    await root.parseAsync(
      ['simulate', '--card', 'c', '--model', 'm', '--bandwidth-share', '95%', '--fault-share', '0'],
      { from: 'user' },
    )
    const simulate = root.commands.find((command) => command.name() === 'simulate')
    expect(simulate?.opts()).toMatchObject({ bandwidthShare: 0.95, faultShare: 0 })
  })
})

describe('old forms', () => {
  test.each([
    ['list', '--out', 'results/old'],
    ['baseline', 'show', '--out', 'results/old'],
    ['fit', '--runs', 'results/old'],
    ['run', 'x', '--no-certificate'],
  ])('%s %s still work and are in no help', async (...words) => {
    expect(await typed(words)).toBe('')
    const flag = words.find((word) => word.startsWith('--'))
    const help = await typed([...words.filter((word) => /^[a-z]+$/.test(word)), '--help'])
    if (flag !== '--out') expect(help).not.toContain(flag)
    else expect(help).not.toContain('--out')
  })
})

/** Words of a line as a shell splits them: quotes are taken off, a comment and what follows `|` or `&&` is not read. */
function shellWords(line: string): string[] {
  const [command = ''] = line.split(/\s(?:#|\||&&)/)
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
}

describe('the commands in the documents', () => {
  const guides = readdirSync(new URL('../docs', import.meta.url), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.md'))
  const besides = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'scenarios/README.md', 'results/README.md']
  const documents = [...besides, ...guides.map((name) => `docs/${name}`)]
  const lines = documents.flatMap((name) => {
    const text = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
    return [...text.matchAll(/npm run bench -- ([^\n`]+)/g)].map((match) => [name, match[1] as string] as const)
  })

  test('is found', () => expect(lines.length).toBeGreaterThan(15))

  test.each(lines)('%s: %s', async (_, line) => {
    expect(await typed(shellWords(line))).toBe('')
  })
})

test('an action that reads a flag which no option declares does not compile', () => {
  const command = new Command('x').option('--json', 'JSON')
  command.action((flags) => {
    // @ts-expect-error: no option declares it
    return flags.jsno
  })
  const flags = command.opts()
  expect(flagsFor<{ json?: boolean }>()(flags)).toBe(flags)
  // @ts-expect-error: no option declares `out`, although it is optional
  expect(flagsFor<{ json?: boolean; out?: string }>()(flags)).toBe(flags)
})
