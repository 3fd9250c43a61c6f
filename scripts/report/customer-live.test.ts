import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import { type Config, noConfig } from '../../harness/scenario/config/load-config.ts'
import { writeLiveRun } from '../../harness/testing/live-record.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { newKey } from '../actions/key.ts'
import { report } from '../actions/report.ts'
import type { ReportFlags } from './report-flags.ts'

/** `report --for customer` of live runs: which of them it trusts, and what of joulemark.yaml it prints. */
const folder = mkdtempSync(join(tmpdir(), 'joulemark-customer-live-'))
const env = { HOME: folder, PATH: '' }
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const signed = join(folder, 'signed')
beforeAll(async () => {
  await newKey({}, saidIo({ env }).io)
  await writeLiveRun(signed, { key: loadKey(env) })
})

async function run(paths: readonly string[], flags: Partial<ReportFlags> = {}, config: Config = noConfig) {
  const { io, said } = saidIo({ env })
  const all = { format: 'terminal', out: join(folder, 'out'), for: 'customer' as const, ...flags }
  const code = await report(paths, all, Object.assign(io, { config })).catch((error: Error) => error.message)
  return { ...said, code }
}

describe('what is not what was measured', () => {
  test('an unsigned run is omitted, and makes no page alone', async () => {
    const unsigned = join(folder, 'unsigned')
    const { record } = await writeLiveRun(unsigned, { id: '20261121-101500-unsigned' })
    const alone = await run([unsigned])
    expect(alone.code).toBe('none of these runs may be printed on a page for customers, so none was made')
    expect(alone.stderr).toContain(`omitted: ${record.id}: not quotable: signature: the record is not signed`)
    const both = await run([signed, unsigned])
    expect(both.code).toBe(0)
    expect(both.stdout).toContain('1 run did not pass every check')
  })

  test('an edited run is omitted, also one that claims to be out of memory', async () => {
    for (const [name, edit] of [
      ['faster', (text: string) => text.replace(/("outputTokensPerS":\s*\{\s*"mean":\s*)[\d.]+/, '$19999')],
      [
        'oom',
        (text: string) => text.replace('"status": "complete"', '"status": "complete", "oom": {"evidence": "no"}'),
      ],
    ] as const) {
      const edited = join(folder, name)
      cpSync(signed, edited, { recursive: true })
      const file = join(edited, '20261120-101500-rtx-4090-llama-3.1-8b-fp8-batch8', 'run.json')
      const text = readFileSync(file, 'utf8')
      expect(edit(text)).not.toBe(text)
      writeFileSync(file, edit(text))
      const found = await run([edited])
      expect(found.code).toMatch(/^none of these runs may be printed/)
      expect(found.stderr).toMatch(/^omitted: .*: not quotable: .*verify/m)
    }
  })
})

describe('what joulemark.yaml states about money', () => {
  const config: Config = {
    ...noConfig,
    prices: { 'rtx-4090': { purchaseGbp: 1111, source: 'our supplier, offer 4711', date: '2026-11-20' } },
    electricity: { tariffGbpPerKwh: 0.3131, pue: 1.77 },
  } as Config

  test('is not on the page, unless it is asked for', async () => {
    const { stdout, stderr } = await run([signed], {}, config)
    expect(stdout).toContain('Price of the RTX 4090: £1,300')
    expect(stdout).not.toMatch(/1,111|our supplier|our own|0\.3131|1\.77/)
    expect(stderr).toContain('joulemark.yaml are not used on this page; --own-prices prints them')
    const asked = await run([signed], { ownPrices: true }, config)
    expect(asked.stdout).toContain('Price of the RTX 4090: £1,111 (our own price)')
    expect(asked.stdout).toContain('0.3131')
    expect(asked.stderr).not.toContain('--own-prices')
  })

  test('a flag is meant for the page', async () => {
    const { stdout } = await run([signed], { price: { 'rtx-4090': 1234 } }, config)
    expect(stdout).toContain('Price of the RTX 4090: £1,234 (our own price)')
  })

  test('--own-prices does nothing in the report for the lab, and is refused there', async () => {
    expect((await run([signed], { for: 'lab', ownPrices: true })).code).toBe('--own-prices requires --for customer')
  })
})
