import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseClaimsText } from '../reports/claims/file/parse.ts'
import { newClaims } from './actions/claims.ts'
import type { CommandIo } from './support/io.ts'

/** `claims new` without a process. */
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joulemark-claims-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function create(name: string | undefined, card?: readonly string[]) {
  let stdout = ''
  const io: CommandIo = {
    stdout: (text) => {
      stdout += text
    },
    stderr: { isTTY: false, color: false, write: () => {} },
    env: {},
    columns: null,
    color: false,
  }
  const path = name === undefined ? undefined : join(folder, name)
  const code = await newClaims(path, card === undefined ? {} : { card }, io)
  return { code, stdout, text: path === undefined ? stdout : await readFile(path, 'utf8') }
}

test.each(['new.yaml', 'new.json'])(
  '%s is a claims file with a column per card, which is never replaced',
  async (name) => {
    const { code, text, stdout } = await create(name, ['rtx-4090', 'rtx-6000-pro'])
    expect(code).toBe(0)
    expect(stdout).toContain(`report RUN… --claims ${join(folder, name)}`)
    const { cards } = parseClaimsText(text, name)
    expect(Object.keys(cards)).toEqual(['rtx-4090', 'rtx-6000-pro'])
    expect(cards['rtx-6000-pro']!.label).toContain('RTX PRO 6000 Max-Q')
    await expect(create(name)).rejects.toThrow('exists already; name another file')
    expect(await readFile(join(folder, name), 'utf8')).toBe(text)
  },
)

test('it names the schema by its path from the file', async () => {
  const { text } = await create('schema.yaml')
  const [, path = ''] = /\$schema=(\S+)/.exec(text) ?? []
  expect(resolve(folder, path)).toBe(fileURLToPath(new URL('../docs/schemas/claims.schema.json', import.meta.url)))
})

test('without a file it is printed, and mistakes are one line', async () => {
  expect(parseClaimsText((await create(undefined)).text, 'new.yaml').source.title).toBe('Title of the page')
  await expect(create('new.txt')).rejects.toThrow('expected a name that ends in .yaml or .json')
  await expect(create('x.yaml', ['rtx-409'])).rejects.toThrow('did you mean "rtx-4090"?')
  await expect(create('none/x.yaml')).rejects.toThrow(/none\/x\.yaml: .*ENOENT/)
})
