import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditClaims } from '../../reports/claims/audit.ts'
import { claimCatalogue } from '../../reports/claims/claim-catalogue.ts'
import { parseClaimsText } from '../../reports/claims/file/parse.ts'
import { statuses } from '../../reports/claims/finding.ts'
import { claimsSchema, workloadSchema } from '../../reports/claims/schema.ts'
import { buildProgram } from '../program.ts'
import type { CommandIo } from '../support/io.ts'
import { inRepository } from './pages.ts'

/** What docs/claims.md shows: its commands are run in its order, and its example gives the verdicts that it states. */
const page = await readFile(inRepository('docs/claims.md'), 'utf8')
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text)
const commands = blocks('sh').flatMap((block) => block.trim().split('\n'))
const [example = ''] = blocks('yaml')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joulemark-claims-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs a command of the page with its files in the temporary folder. */
async function run(line: string): Promise<{ code: number | undefined; stdout: string }> {
  const words = line
    .replace(/^npm run bench -- /, '')
    .replace('table.yaml', join(folder, 'table.yaml'))
    .split(' ')
  const out = words[0] === 'report' ? ['--out', join(folder, 'report')] : []
  let stdout = ''
  let code: number | undefined
  const io: CommandIo = {
    stdout: (text) => {
      stdout += text
    },
    stderr: { isTTY: false, color: false, write: () => {} },
    env: {},
    columns: null,
    color: false,
  }
  const program = buildProgram('1.2.3', io, (exitCode) => {
    code = exitCode
  })
  await program.parseAsync([...words, ...out], { from: 'user' })
  return { code, stdout }
}

test('its commands work, on a new file and on its example', async () => {
  expect(commands).toHaveLength(3)
  expect(commands.every((line) => line.startsWith('npm run bench -- '))).toBe(true)
  const [create = '', ...reports] = commands
  expect(await run(create)).toMatchObject({ code: 0, stdout: expect.stringContaining('fill in the cells') })
  for (const line of reports) expect((await run(line)).code).toBe(0)
  await expect(run(create)).rejects.toThrow('exists already; name another file')
  await writeFile(join(folder, 'table.yaml'), example)
  const [shown] = await Promise.all(reports.map(run))
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('requires 1,590 of 1008 GB/s') })
  expect(await readdir(join(folder, 'report'))).toEqual(
    expect.arrayContaining(['report.md', 'report.html', 'report.json']),
  )
})

test('its example gives the verdicts that it states', () => {
  const stated = [...page.matchAll(/^\| `((?:spec|throughput)\.\S+)` \| (\S+) \|$/gm)].map(([, cell, status]) => [
    cell,
    status,
  ])
  const verdicts = auditClaims(parseClaimsText(example, 'table.yaml'), claimCatalogue)
  expect(stated).toHaveLength(8)
  expect(verdicts.map(({ cell, status }) => [cell, status])).toEqual(stated)
})

test('it explains every verdict, and the keys that it names exist', () => {
  const explained = [...page.matchAll(/^\| ([a-z-]+) \| /gm)].map(([, word]) => word)
  expect(explained).toEqual(expect.arrayContaining([...statuses]))
  const keys = Object.keys(workloadSchema.shape)
  const named = [
    'batch',
    'concurrency',
    'quant',
    'context',
    'kv_cache',
    'speculation',
    'tokens_per_step',
    'arithmetic',
    'step_cache',
    'counts',
    'phase',
    'cards',
  ]
  expect(named.filter((key) => !keys.includes(key) || !page.includes(`\`${key}`))).toEqual([])
  expect(Object.keys(claimsSchema.shape)).toContain('text_claims')
})
