import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { configJsonSchema } from './json-schema.ts'
import { CONFIG_NAME, loadConfig, userConfigPath } from './load-config.ts'

let folder: string
let env: NodeJS.ProcessEnv
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'config-'))
  folder = join(root, 'work')
  env = { HOME: join(root, 'home'), XDG_CONFIG_HOME: join(root, 'xdg') }
  mkdirSync(folder)
  mkdirSync(join(root, 'xdg', 'joulemark'), { recursive: true })
})

const here = () => join(folder, CONFIG_NAME)
const load = (named?: string) => loadConfig({ folder, env, named })

async function problem(text: string, over: NodeJS.ProcessEnv = {}): Promise<string> {
  writeFileSync(here(), text)
  const error = await loadConfig({ folder, env: { ...env, ...over } }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(JoulemarkError)
  expect((error as JoulemarkError).exitCode).toBe(2)
  return (error as JoulemarkError).message.replaceAll(folder, '')
}

const offer = 'source: an offer by post, date: 2026-11-20'

describe('which file counts', () => {
  test('none is needed', async () => {
    expect(await load()).toEqual({ files: [] })
  })

  test('the logo of the seller lies beside the file that names it', async () => {
    writeFileSync(here(), 'seller: { name: Mine, logo: art/logo.svg }\n')
    expect((await load()).seller?.logo).toBe(join(dirname(here()), 'art', 'logo.svg'))
  })

  test('the working folder over the user: entries of sections are joined, everything else is replaced', async () => {
    writeFileSync(
      userConfigPath(env),
      `seller: { name: Mine, contact: me@example.com }
utilisation: 40%
electricity: { tariffGbpPerKwh: 0.3, pue: 1.4 }
prices:
  rtx-4090: { purchaseGbp: 1500, ${offer} }
  h200-nvl: { purchaseGbp: 27000, rentGbpPerMonth: 1400, ${offer} }
`,
    )
    writeFileSync(
      here(),
      `seller: { name: Project }\nelectricity: { pue: 1.2 }\nprices:\n  rtx-4090: { rentGbpPerMonth: 90, ${offer} }\n`,
    )
    const config = await load()
    expect(config).toMatchObject({ utilisation: 0.4, electricity: { tariffGbpPerKwh: 0.3, pue: 1.2 } })
    expect(config.seller).toEqual({ name: 'Project' })
    expect(config.prices?.['rtx-4090']).toEqual({ rentGbpPerMonth: 90, source: 'an offer by post', date: '2026-11-20' })
    expect(config.prices?.['h200-nvl']?.purchaseGbp).toBe(27_000)
    expect(config.files).toEqual([here(), userConfigPath(env)])
  })

  test('the limits of a site are joined card by card', async () => {
    writeFileSync(userConfigPath(env), 'powerLimitsW: { rtx-4090: 350, h200-nvl: 500 }\n')
    writeFileSync(here(), 'powerLimitsW: { rtx-4090: 320 }\n')
    expect((await load()).powerLimitsW).toEqual({ 'rtx-4090': 320, 'h200-nvl': 500 })
  })

  test('a named file alone', async () => {
    writeFileSync(here(), 'utilisation: 40%\n')
    writeFileSync(join(folder, 'other.yaml'), 'writeOffMonths: 48\n')
    expect(await load('other.yaml')).toEqual({ writeOffMonths: 48, files: [join(folder, 'other.yaml')] })
    await expect(load('nope.yaml')).rejects.toThrow(/nope\.yaml: no such file; joulemark init writes one$/)
  })

  test('the user has a folder of configurations, by XDG or in the home folder', () => {
    expect(userConfigPath({ HOME: '/home/a' })).toBe('/home/a/.config/joulemark/joulemark.yaml')
    expect(userConfigPath({ HOME: '/home/a', XDG_CONFIG_HOME: '/c' })).toBe('/c/joulemark/joulemark.yaml')
  })

  test('the path of the key is from the folder of its file, or from ~', async () => {
    writeFileSync(here(), 'key: keys/mine.pem\n')
    expect((await load()).key).toBe(join(folder, 'keys/mine.pem'))
    writeFileSync(here(), 'key: ~/keys/mine.pem\n')
    expect((await load()).key).toBe(join(env['HOME'] as string, 'keys/mine.pem'))
  })

  test('own models: a folder is from the folder of its file, or from ~; anything else is a repository', async () => {
    writeFileSync(userConfigPath(env), 'models: { bot: ./old, theirs: org/name }\n')
    writeFileSync(here(), 'models: { bot: ./bot, home: ~/m, root: /m, up: ../m }\n')
    expect((await load()).models).toEqual({
      bot: join(folder, 'bot'),
      theirs: 'org/name',
      home: join(env['HOME']!, 'm'),
      root: '/m',
      up: join(folder, '..', 'm'),
    })
  })

  test('of nothing but comments is empty', async () => {
    writeFileSync(here(), '# prices:\n')
    expect(await load()).toEqual({ files: [here()] })
  })
})

describe('what is wrong is one line with file, line, field and what to do', () => {
  test.each([
    ['an unknown section', 'price:\n  rtx-4090: 3\n', '/joulemark.yaml:1: price: unknown key; did you mean "prices"?'],
    [
      'an unknown field',
      `prices:\n  rtx-4090: { purchase: 3, ${offer} }\n`,
      '/joulemark.yaml:2: prices.rtx-4090.purchase: unknown key; did you mean "purchaseGbp"?',
    ],
    [
      'a price of no card',
      `prices:\n  h200-nlv: { purchaseGbp: 3, ${offer} }\n`,
      '/joulemark.yaml:2: prices.h200-nlv: no such card; did you mean "h200-nvl"?',
    ],
    [
      'a limit of no card',
      'powerLimitsW:\n  h200-nlv: 500\n',
      '/joulemark.yaml:2: powerLimitsW.h200-nlv: no such card; did you mean "h200-nvl"?',
    ],
    ['a limit that is none', 'powerLimitsW:\n  rtx-4090: -3\n', '/joulemark.yaml:2: powerLimitsW.rtx-4090:'],
    [
      'a price without its source',
      'prices:\n  rtx-4090: { purchaseGbp: 3, date: 2026-11-20 }\n',
      '/joulemark.yaml:2: prices.rtx-4090.source: missing; expected a text',
    ],
    [
      'a date that is none',
      'prices:\n  rtx-4090: { purchaseGbp: 3, source: a shop, date: yesterday }\n',
      '/joulemark.yaml:2: prices.rtx-4090.date: expected a date such as 2026-11-26, got "yesterday"',
    ],
    [
      'a price that is neither',
      `prices:\n  rtx-4090: { ${offer} }\n`,
      'prices.rtx-4090: expected purchaseGbp, rentGbpPerMonth, or both',
    ],
    [
      'a price that is no number',
      `prices:\n  rtx-4090: { purchaseGbp: dear, ${offer} }\n`,
      '/joulemark.yaml:2: prices.rtx-4090.purchaseGbp: expected a number, got "dear"',
    ],
    [
      'a share above 1',
      'utilisation: 140%\n',
      '/joulemark.yaml:1: utilisation: expected more than 0% and at most 100%',
    ],
    ['a list', '- 1\n', '/joulemark.yaml:1: file: expected a map of keys, got [1]'],
    ['no YAML', 'seller: [1\n', 'not valid YAML'],
  ])('%s', async (_, text, line) => {
    expect(await problem(text)).toContain(line)
  })

  test('a folder, a file of the user that cannot be read, a prototype', async () => {
    await expect(load('.')).rejects.toThrow(/a folder; expected a joulemark\.yaml$/)
    expect(await problem('__proto__: { a: 1 }\n')).toContain('__proto__: unknown key')
    if (process.getuid?.() === 0) return
    writeFileSync(here(), 'utilisation: 40%\n')
    chmodSync(here(), 0)
    await expect(load()).rejects.toThrow(/joulemark\.yaml: cannot be read: EACCES/)
  })
})

describe('own cards', () => {
  const named = (rest: string) =>
    `cards:\n  mine: { smiName: NVIDIA Mine, source: a datasheet, date: 2026-11-20${rest} }\n`

  test('have the source of the card, or one of their own, and what follows from their values', async () => {
    writeFileSync(
      here(),
      named(
        ', memoryBusBits: 256, memoryDataRateGbps: { value: 21, source: a shop }, fp8Tflops: null, computeCapability: 12.0',
      ),
    )
    const { cards } = await load()
    const own = { source: 'a datasheet', date: '2026-11-20', kind: 'own' }
    expect(cards).toMatchObject([
      {
        key: 'mine',
        label: 'NVIDIA Mine',
        computeCapability: '12.0',
        memoryType: 'GDDR',
        memoryBusBits: { value: 256, ...own },
        memoryDataRateGbps: { value: 21, ...own, source: 'a shop' },
        memoryBandwidthGBs: { value: 672, kind: 'derived', date: '2026-11-20' },
        fp8Tflops: null,
        fp8PeakTflops: null,
      },
    ])
    expect(cards?.[0]).not.toHaveProperty('l2Mb')
  })

  test('of both files are joined, and either file may price them', async () => {
    writeFileSync(userConfigPath(env), named(''))
    writeFileSync(
      here(),
      `cards:\n  other: { smiName: NVIDIA Other, ${offer} }\nprices:\n  mine: { purchaseGbp: 3, ${offer} }\n`,
    )
    expect((await load()).cards?.map(({ key }) => key)).toEqual(['mine', 'other'])
  })

  test('may be a board of a bundled name with other memory', async () => {
    const board = (memory: string) => `cards:\n  big-4090: { smiName: NVIDIA GeForce RTX 4090, ${offer}${memory} }\n`
    writeFileSync(here(), board(', smiMemoryMiB: 49140'))
    expect((await load()).cards).toMatchObject([{ key: 'big-4090', smiMemoryMiB: { value: 49_140 } }])
    const taken =
      '"NVIDIA GeForce RTX 4090" is the bundled card rtx-4090; a board of this name with other memory needs its smiMemoryMiB'
    expect(await problem(board(''))).toBe(`/joulemark.yaml:2: cards.big-4090: ${taken}`)
    expect(await problem(board(', smiMemoryMiB: 23028'))).toBe(`/joulemark.yaml:2: cards.big-4090: ${taken}`)
  })

  test.each([
    [
      'a bundled key',
      `cards:\n  h200: { smiName: X, ${offer} }\n`,
      ':2: cards.h200: h200 is a bundled card; its price goes under prices.h200',
    ],
    [
      'a key with spaces',
      `cards:\n  my card: { smiName: X, ${offer} }\n`,
      'expected small letters, digits, dots and dashes',
    ],
    ['no name', `cards:\n  mine: { ${offer} }\n`, ':2: cards.mine.smiName: missing; expected a text'],
    ['no source', 'cards:\n  mine: { smiName: X, date: 2026-11-20 }\n', 'cards.mine.source: missing; expected a text'],
    [
      'a field that no card has',
      named(', memoryBandwith: 3'),
      ':2: cards.mine.memoryBandwith: unknown key; did you mean "memoryBandwidthGBs"?',
    ],
    [
      'a value that is no number',
      named(', l2Mb: much'),
      ':2: cards.mine.l2Mb: expected a number or a map of keys, got "much"',
    ],
    ['a value of 0', named(', l2Mb: 0'), ':2: cards.mine.l2Mb: expected'],
    [
      'a value that the line of a gate left open',
      named(', memoryBandwidthGBs: ...'),
      'cards.mine.memoryBandwidthGBs: expected a number or a map of keys, got "..."',
    ],
    [
      'a value whose source is empty',
      named(', l2Mb: { value: 3, source: "" }'),
      ':2: cards.mine.l2Mb.source: expected',
    ],
    [
      'a value without its source',
      named(', l2Mb: { value: 3 }'),
      ':2: cards.mine.l2Mb.source: missing; expected a text',
    ],
    [
      'a price of a card that no file has',
      `prices:\n  mine: { purchaseGbp: 3, ${offer} }\n`,
      'prices.mine: no such card',
    ],
  ])('%s is one line', async (_, text, line) => {
    expect(await problem(text)).toContain(line)
  })
})

test.each([
  [
    'models: { llama-3.1-8b-instruct: ./mine }',
    '/joulemark.yaml:1: models.llama-3.1-8b-instruct: is a key of the bundled',
  ],
  ['models: { a/b: ./mine }', 'expected letters, digits, and . _ - between them'],
  ['models: { bot: 7 }', '/joulemark.yaml:1: models.bot: '],
])('own models: %s is refused', async (text, said) => {
  expect(await problem(`${text}\n`)).toContain(said)
})

describe('secrets', () => {
  const key = 'sk-proj-1234567890abcdefghij'
  test.each([
    ['of a known form in a value', `seller:\n  name: ${key}\n`, {}, ':2: seller.name: looks like a secret'],
    ['as a password in an address', 'seller:\n  name: https://me:hunter2secret@x.org/\n', {}, ':2: seller.name: looks'],
    [
      'that the environment has',
      'seller:\n  name: plainWords42x\n',
      { OPENAI_API_KEY: 'plainWords42x' },
      'seller.name: looks',
    ],
    ['as a key of the file', `${key}: 1\n`, {}, 'looks like a secret; none is kept in this file: set OPENAI_API_KEY'],
    ['as the text of a private key', 'key: "-----BEGIN PRIVATE KEY-----\\nMC4"\n', {}, ':1: key: looks like a secret'],
  ])('%s are refused without being repeated', async (_, text, over, says) => {
    const line = await problem(text, over)
    expect(line).toContain(says)
    expect(line).not.toMatch(/sk-proj-1|hunter2|plainWords|MC4/)
  })
})

test('any text is a configuration or one error of bad input', async () => {
  const words = fc.constantFrom(
    'prices',
    'rtx-4090',
    'seller',
    'key',
    'quote',
    'box',
    ':',
    ' ',
    '\n',
    '  ',
    '-',
    '{',
    '}',
    '1',
    '"',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.array(words).map((parts) => parts.join('')),
      ),
      async (text) => {
        writeFileSync(here(), text)
        const error = await load().then(
          () => null,
          (thrown: unknown) => thrown,
        )
        expect(error === null || (error instanceof JoulemarkError && error.code === 'bad-input')).toBe(true)
      },
    ),
    { numRuns: 200 },
  )
})

test('the JSON Schema is what the schema says (npm run schema writes it)', () => {
  const file = new URL('../../../docs/schemas/config.schema.json', import.meta.url)
  expect(readFileSync(file, 'utf8')).toBe(configJsonSchema())
})
