import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { loadedSweep } from '../../../reports/testing/loaded-server.ts'
import { buildProgram } from '../../program.ts'
import { size } from './size.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'size-'))
  for (const record of ['rtx-4090', 'rtx-pro-6000-max-q'].flatMap((card) => loadedSweep(card))) {
    mkdirSync(join(folder, 'chat', record.id), { recursive: true })
    writeFileSync(join(folder, 'chat', record.id, 'run.json'), JSON.stringify(record))
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a command line; paths of the documentation are in the folder of the test. */
async function command(words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { io, said } = saidIo()
  let code = -1
  const program = buildProgram('0', io, (done) => {
    code = done
  })
  const placed = words.map((word) =>
    /^(results\/|acme\.yaml$|out$)/.test(word) ? join(folder, word.replace('results/', '')) : word,
  )
  await program.parseAsync(placed, { from: 'user' })
  return { code, ...said }
}

const flags = { format: 'terminal', out: 'out', pdf: false } as const
const asked = async (paths: readonly string[], more: Partial<Parameters<typeof size>[1]>) => {
  const { io, said } = saidIo()
  const code = await size(paths, { ...flags, ...more }, io)
  return { code, ...said }
}
const problem = async (
  paths: readonly string[],
  more: Partial<Parameters<typeof size>[1]>,
): Promise<JoulemarkError> => {
  const error = await asked(paths, more).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(JoulemarkError)
  return error as JoulemarkError
}

/** Every command line of the page but the sweep, which needs a server. */
const page = readFileSync(fileURLToPath(new URL('../../../docs/size.md', import.meta.url)), 'utf8')
const lines = page
  .split('\n')
  .flatMap((line) => (line.startsWith('npm run bench -- size') ? [line.slice('npm run bench -- '.length)] : []))

describe('docs/size.md', () => {
  test.each(lines)('%s', async (line) => {
    const words = line.split(' ').concat(['--out', 'out'])
    const { code, stdout } = await command(words)
    expect(code).toBe(exitCodes.done)
    expect(stdout).toMatch(/Recommended: |No clear winner: /)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      line.includes('results/') || line.includes('--inputs') ? 'fitted to 6 measured loads' : 'EXPECTED',
    )
  })
  test('has the four cases of the article and 2,000 users', () => {
    expect(lines.filter((line) => !line.includes('results/')).length).toBeGreaterThanOrEqual(5)
  })
})

describe('what is asked wrongly is one line, with exit code 2', () => {
  const model = 'llama-3.1-8b-instruct-fp8'
  test.each([
    [{}, /^expected --model KEY with --input-tokens/],
    [{ model, slo: 'ttft=500' }, /^expected --users N with --requests-per-user-hour/],
    [{ model, users: 10 }, /no SLO is stated; give --slo ttft=500,tpot=50/],
    [{ model, users: 10, slo: 'ttft=500' }, /^--users: expected --requests-per-user-hour/],
    [{ model, users: 10, slo: 'tftt=500', thinkTime: 1 }, /^--slo tftt=500: expected limits in ms/],
    [{ model: 'lama', users: 10, slo: 'ttft=500', thinkTime: 1 }, /lama/],
    [{ model, users: 10, slo: 'ttft=500', thinkTime: 1, requestsPerS: 2 }, /exclude each other/],
    [{ model, requestsPerS: 2, slo: 'ttft=500', cards: ['rtx-4091'] }, /--cards rtx-4091: no such card/],
    [{ model, requestsPerS: 2, slo: 'ttft=500', rent: { 'rtx-4091': 1 } }, /--rent rtx-4091/],
    [{ model, requestsPerS: 2, slo: 'ttft=500', format: 'pdf' }, /^--format pdf: expected any of/],
    [{ scenario: 'llama-3.1-8b-fp8-50-sessions', users: 5, thinkTime: 1 }, /give --users alone/],
  ])('%j', async (more, message) => {
    const error = await problem([], more)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
    expect(error.exitCode).toBe(exitCodes.badInput)
  })
  test('a file of inputs, with its line and field', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'users: 10\nspare: -1\n')
    expect((await problem([], { inputs: join(folder, 'bad.yaml') })).message).toMatch(/bad\.yaml:2: .*spare/)
  })
})

describe('lengths beside runs', () => {
  const words = ['size', 'results/chat', '--users', '200', '--requests-per-user-hour', '10', '--json']
  const of = async (...more: string[]) => JSON.parse((await command([...words, ...more])).stdout)
  test('are those of the question: longer requests, fewer of them, and never a figure to quote', async () => {
    const [own, longer] = [await of(), await of('--input-tokens', '8000', '--output-tokens', '400')]
    expect(longer.request).toEqual({ promptTokens: 8000, cachedTokens: 0, outputTokens: 400 })
    expect(longer.cards[0]).toMatchObject({ basis: 'extrapolated', quotable: false })
    expect(longer.cards[0].highestLoad.value).toBeLessThan(own.cards[0].highestLoad.value / 4)
  })
  test('that are those of the runs change nothing, and one that is not stated stays', async () => {
    const own = await of()
    const { promptTokens, outputTokens } = own.request
    const same = await of('--input-tokens', String(promptTokens), '--output-tokens', String(outputTokens))
    expect([same.cards[0].basis, same.cards[0].highestLoad]).toEqual(['interpolated', own.cards[0].highestLoad])
    expect((await of('--output-tokens', '999')).request).toMatchObject({ promptTokens, outputTokens: 999 })
  })
  test('are said in the answer', async () => {
    const { stdout } = await command(words.slice(0, -1))
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Each request: a prompt of [\d,]+ tokens, an answer of [\d,]+ tokens/,
    )
  })
})

test('a load that no card meets is exit code 1', async () => {
  const { code, stdout } = await asked([], {
    model: 'llama-3.1-8b-instruct-fp8',
    requestsPerS: 1,
    slo: 'ttft=1',
    cards: ['rtx-4090'],
  })
  expect(code).toBe(exitCodes.negativeResult)
  expect(stdout).toContain('No card serves it within the SLO')
})

test('an expected figure is never quoted', async () => {
  const error = await problem([], {
    ...{ model: 'llama-3.1-8b-instruct-fp8', requestsPerS: 1, slo: 'ttft=900', cards: ['rtx-4090'] },
    ...{ quote: true, customer: 'Acme Ltd' },
  })
  expect(error.message).toMatch(/^not quotable: RTX 4090: EXPECTED/)
  expect(error.exitCode).toBe(exitCodes.negativeResult)
})
