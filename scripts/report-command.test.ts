import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunRecord } from '../harness/record/schema/run.ts'
import { saidIo } from '../harness/testing/said-io.ts'
import { report } from './actions/report.ts'
import { examples } from './build-examples.ts'
import { buildProgram } from './program.ts'
import type { ReportFlags } from './report/report-flags.ts'
import type { CommandIo } from './support/io.ts'

/** `report` without a process: what it prints and writes. */
let out = ''
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'joulemark-report-'))
})
afterAll(() => rm(out, { recursive: true }))

const runs = join(examples, 'runs')

async function run(paths: readonly string[], flags: Partial<ReportFlags> = {}) {
  const { io, said } = saidIo()
  const code = await report(paths, { format: 'terminal', out, ...flags }, io)
  return { code, ...said }
}

describe('on the terminal', () => {
  test('a first look names what it leaves out, --all leaves nothing out', async () => {
    const short = (await run([runs])).stdout
    expect(short).toContain('Throughput by workload SIMULATED')
    expect(short).not.toContain('Spec sheet side by side\n')
    expect(short).toContain('Not shown: Spec sheet side by side, What fits in memory')
    const long = (await run([runs], { all: true })).stdout
    expect(long).toContain('Spec sheet side by side\n')
    expect(long).not.toContain('Not shown')
  })

  test('a title is that of every format', async () => {
    await run([runs], { format: 'md', title: 'Our <cards>' })
    expect(await readFile(join(out, 'report.md'), 'utf8')).toMatch(/^# Our &lt;cards&gt; \(SIMULATED\)\n/)
  })

  test('money given on the command line goes before the catalogue', async () => {
    const flags = { tariff: 0.4, years: 5, utilisation: 0.4, pue: 1.5, price: { 'rtx-4090': 2000 } }
    const { stdout } = await run([runs], flags)
    expect(stdout).toContain('Assumed: 5 years, £0.4/kWh')
    expect(stdout).toMatch(/Capex, £ per year \(5 years\) +│ +£400 /)
  })

  test('money of joulemark.yaml goes before the catalogue and behind the command line', async () => {
    const file = join(out, 'own.yaml')
    await writeFile(
      file,
      'electricity: { tariffGbpPerKwh: 0.31, pue: 1.3 }\nwriteOffMonths: 48\nprices:\n  rtx-4090: { purchaseGbp: 1900, source: our supplier, date: 2026-11-20 }\n',
    )
    const said: string[] = []
    const io: CommandIo = {
      stdout: (text) => said.push(text),
      stderr: { isTTY: false, color: false, write: () => {} },
      env: {},
      columns: null,
      color: false,
    }
    await buildProgram('1', io, () => {}).parseAsync(['report', runs, '--config', file, '--tariff', '0.4'], {
      from: 'user',
    })
    const text = said.join('').replace(/\s+/g, ' ')
    expect(text).toContain('Assumed: 4 years, £0.4/kWh, utilisation 100 %, PUE 1.3.')
    expect(text).toContain('Assumptions of the economics: utilisation: ')
    expect(text).toContain('joulemark.yaml: years, PUE; set by the user: tariff')
    expect(text).toMatch(/Capex, £ per year \(4 years\) +│ +£475 /)
    expect(text).toContain('£1,900, our supplier (2026-11-20, own)')
  })

  test('the vLLM summaries, one per trial', async () => {
    const records = (await readdir(runs)).map((id) => readFile(join(runs, id, 'run.json'), 'utf8'))
    const trials = (await Promise.all(records)).flatMap((text) => (JSON.parse(text) as RunRecord).trials).length
    const { stdout, stderr } = await run([runs], { format: 'vllm' })
    expect(stdout.match(/= Serving Benchmark Result =/g)).toHaveLength(trials)
    expect(stderr).toContain(join(out, 'vllm.txt'))
    expect(await readdir(join(out, 'vllm'))).toHaveLength(trials)
  })
})

describe('claims', () => {
  test('the bundled ones by their word, without any run', async () => {
    const { stdout, code } = await run([], { claims: 'article' })
    expect(code).toBe(0)
    expect(stdout).toContain('requires 1,590 of 1008 GB')
  })

  test('a file that is not there, is not JSON, or is no claims file', async () => {
    await expect(run([], { claims: 'nope.json' })).rejects.toThrow('--claims nope.json: no such file')
    await expect(run([], { claims: examples })).rejects.toThrow('a folder; expected a claims file')
    await expect(run([], { claims: '/dev/zero' })).rejects.toThrow('a device; expected a claims file')
    await expect(run([], { claims: join(examples, 'README.md') })).rejects.toThrow('not JSON')
    await expect(run([], { claims: join(examples, 'report.json') })).rejects.toThrow('is not a claims file')
  })
})

describe('claims of three tables written for the tests', () => {
  const table = (name: string) => fileURLToPath(new URL(`../reports/claims/fixtures/${name}.yaml`, import.meta.url))

  test('a page with missing facts: nothing impossible, and what is missing is named', async () => {
    const { stdout, code } = await run([], { claims: table('vendor-missing-facts'), all: true })
    expect(code).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '13 claims, of which 0 impossible, 0 contradicts-datasheet, 0 inconsistent, 0 off, 8 underspecified',
    )
  })

  test('an honest page: nothing questionable', async () => {
    const { stdout } = await run([], { claims: table('honest-page'), all: true })
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /of which 0 impossible, 0 contradicts-datasheet, 0 inconsistent, 0 off, 0 underspecified/,
    )
  })

  test('a page with mistakes: bad input, a line for each', async () => {
    const failure = await run([], { claims: table('vendor-typos') }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'bad-input' })
    expect((failure as Error).message.split('\n')).toHaveLength(13)
  })
})

test('neither runs nor claims, and an unknown card, are one line', async () => {
  await expect(run([])).rejects.toThrow('--claims FILE')
  await expect(run([runs], { price: { 'rtx-409': 1 } })).rejects.toThrow('did you mean "rtx-4090"?')
})

test('the page of the example has every chart, and its text beside it', async () => {
  const html = await readFile(join(examples, 'report.html'), 'utf8')
  expect(html.match(/<figure /g)!.length).toBeGreaterThanOrEqual(15)
  expect(html.match(/<figcaption/g)).toHaveLength(html.match(/<figure /g)!.length)
})
