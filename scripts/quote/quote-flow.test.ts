import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../harness/errors.ts'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import type { Config } from '../../harness/scenario/config/load-config.ts'
import { type LiveRun, writeLiveRun } from '../../harness/testing/live-record.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { statedInputs } from '../../reports/quote/inputs-source.ts'
import { newKey } from '../actions/key.ts'
import { type QuoteFlags, quote, quoteSelections } from '../actions/quote.ts'
import { optionOfRuns } from '../support/flag-values.ts'

/** Options, inputs files and the internal sheet, as a person meets them, but for the process and the PDF. */
const folder = mkdtempSync(join(tmpdir(), 'joulemark-quote-flow-'))
const env = { HOME: folder, PATH: '' }
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let first: LiveRun
let second: LiveRun
beforeAll(async () => {
  await newKey({}, saidIo({ env }).io)
  const key = loadKey(env)
  first = await writeLiveRun(join(folder, 'first'), { key })
  const host = { ...first.record.host, cpu: 'another CPU' }
  second = await writeLiveRun(join(folder, 'second'), { key, over: { host }, id: '20261121-101500-second' })
})

async function run(paths: readonly string[], flags: Partial<QuoteFlags>, config?: Config) {
  const { io, said } = saidIo({ env, ...(config === undefined ? {} : { config }) })
  const out = flags.out ?? mkdtempSync(join(folder, 'out-'))
  try {
    const code = await quote(paths, { customer: 'ACME', pdf: false, ...flags, out }, io)
    return { ...said, code, files: readdirSync(out).toSorted(), out }
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    return { ...said, code: error.exitCode, stderr: error.message, files: [], out }
  }
}

const inputsFile = (text: string): string => {
  const path = join(mkdtempSync(join(folder, 'inputs-')), 'inputs.yaml')
  writeFileSync(path, text)
  return path
}
const usual = 'seller: { name: Seller Ltd }\npricePerMonth: 500\nbox: { capexGbp: 9000 }\n'

describe('options', () => {
  test('of --option are quoted beside each other, each with its own runs', async () => {
    const option = [`A\u001b[31m=${first.directory}`, `B=${second.directory}`].flatMap((text) => optionOfRuns(text))
    const { code, stdout, files } = await run([], { option, inputs: inputsFile(usual), number: 'Q1' })
    expect([code, stdout]).toEqual([
      0,
      'Q1: A [31m: £500.00 per month, ex VAT (£600.00 inc VAT)\nQ1: B: £500.00 per month, ex VAT (£600.00 inc VAT)\n',
    ])
    expect(files).toEqual(['quote-Q1.html', 'quote-Q1.json'])
  })

  test('of two servers in one option are refused, with the way to quote both', async () => {
    const { code, stderr } = await run([first.directory, second.directory], {})
    expect([code, stderr]).toEqual([2, expect.stringContaining('or one per --option NAME=RUNS')])
  })

  test('of the inputs file are found from its folder, and a run may stand in one option only', async () => {
    const option = (name: string, runs: string) => `  - { name: ${name}, runs: [${runs}] }\n`
    const path = inputsFile(`${usual}options:\n${option('A', '../first')}${option('B', '../second')}`)
    expect((await run([], { inputs: path })).stdout).toMatch(/^Q\S+: A: .*\nQ\S+: B: .*\n$/)
    const twice = inputsFile(`${usual}options:\n${option('A', '../first')}${option('B', '../first')}`)
    expect(await run([], { inputs: twice })).toMatchObject({ code: 2, stderr: expect.stringContaining('given twice') })
  })

  test('more than fit on a page, and none at all, are refused', async () => {
    const option = ['A', 'B', 'C', 'D', 'E'].map((name) => ({ name, run: first.directory }))
    expect(await run([], { option })).toMatchObject({ code: 2, stderr: 'expected at most 4 options, got 5' })
    expect(await run([], {})).toMatchObject({ code: 2, stderr: expect.stringContaining('no runs were given') })
  })

  test('that another command hands over carry servers and a price in pounds; expected ones are refused', async () => {
    const { io, said } = saidIo({ env })
    const flags = { customer: 'ACME', out: mkdtempSync(join(folder, 'out-')), pdf: false, number: 'Q9' }
    const handed = { name: 'RTX 4090', servers: 3, priceGbpPerMonth: 400.5, note: 'for 2,000 users' }
    expect(await quoteSelections([{ ...handed, runs: [first.directory] }], flags, io)).toBe(0)
    expect(said.stdout).toContain('£1,201.50 per month')
    await expect(quoteSelections([{ ...handed, runs: [] }], flags, io)).rejects.toThrow(
      'not quotable: RTX 4090: nothing was measured; expected figures cannot be quoted',
    )
  })
})

describe('what only the seller reads, on stderr', () => {
  test('names a listed option that is omitted, and why', async () => {
    const listed = `options:\n  - { name: A, runs: [${first.directory}] }\n  - { name: B, pricePerMonth: 900 }\n`
    const inputs = inputsFile(`${usual}${listed}`)
    const { code, stderr } = await run([], { inputs })
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('option B: is omitted: inputs.yaml lists no runs for it'),
    ])
    const option = [{ name: 'B', run: second.directory }]
    expect((await run([], { inputs, option })).stderr).toContain('option A: is omitted: it was not asked for')
  })

  const low =
    'seller: { name: Seller Ltd }\nminimumMarginShareOfPrice: 10%\nbox: { capexGbp: 9000 }\nelectricity: { tariffGbpPerKwh: 0 }\n'

  test('refuses a price below cost with what it loses, before any file is written, unless it is meant', async () => {
    const inputs = inputsFile(`${low}servers: 3\npricePerMonth: 69\n`)
    const refused = await run([first.directory], { inputs })
    const loss =
      '£69.00 is below cost, £250.00 per server and month (the server: inputs.yaml): it loses £181.00 per month, £543.00 for 3 servers'
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^RTX 4090/)
    expect(refused.stderr).toContain(`: ${loss}; state another price, or --below-cost if that is meant`)
    expect(readdirSync(refused.out)).toEqual([])
    const meant = await run([first.directory], { inputs, belowCost: true, number: 'Q7' })
    expect(meant.code).toBe(0)
    expect(meant.stderr).toContain(`: ${loss}\n`)
    expect(meant.stderr).not.toContain('floor price')
    const files = ['quote-Q7.html', 'quote-Q7.json'].map((name) => readFileSync(join(meant.out, name), 'utf8'))
    for (const file of files) expect(file).not.toMatch(/below cost|loses|181|543/)
  })

  test('refuses a price of zero, where the cost is that of the cards alone too', async () => {
    const inputs = inputsFile('seller: { name: Seller Ltd }\npricePerMonth: 0\n')
    expect(await run([first.directory], { inputs })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /: £0\.00 is below cost, £\d+\.\d\d .*\(the server: the price of its cards alone, from /,
      ),
    })
    const exact = await run([first.directory], { inputs: inputsFile(`${low}pricePerMonth: 250\n`) })
    expect(exact).toMatchObject({ code: 0, stderr: expect.not.stringContaining('below cost') })
  })

  test('names a price below the floor price, which no file of the customer does', async () => {
    const { code, stderr, out } = await run([first.directory], {
      inputs: inputsFile(`${low}pricePerMonth: 260\n`),
      number: 'Q5',
    })
    // 250 per month, and no electricity: the floor is 250 / 0.9
    expect(code).toBe(0)
    expect(stderr).toMatch(/^\S.*: £260\.00 is £17\.78 below the floor price, £277\.78 \(per server and month\)$/m)
    // after the files, where it is read
    expect(stderr.indexOf('floor price')).toBeGreaterThan(stderr.indexOf('wrote'))
    for (const name of ['quote-Q5.html', 'quote-Q5.json'])
      expect(readFileSync(join(out, name), 'utf8')).not.toContain('floor')
    const fine = await run([first.directory], { inputs: inputsFile(`${low}pricePerMonth: 900\n`) })
    expect(fine.stderr).not.toContain('floor price')
    const draft = await run([first.directory], { inputs: inputsFile(low) })
    expect([draft.stdout, draft.stderr]).toEqual([
      expect.stringContaining('no price, DRAFT'),
      expect.not.stringContaining('floor price'),
    ])
  })

  test('says that the reverse charge of the UK is not for servers', async () => {
    const parties = 'seller: { name: x, vatNumber: GB123456789 }\ncustomer: { vatNumber: GB987654321 }\n'
    const inputs = inputsFile(`${parties}pricePerMonth: 500\nvat: { case: reverse-charge-uk }\n`)
    expect((await run([first.directory], { inputs })).stderr).toContain(
      'vat.case reverse-charge-uk: VAT Notice 735 names',
    )
    expect((await run([first.directory], { inputs: inputsFile(usual) })).stderr).not.toContain('Notice 735')
  })
})

describe('an offer that was made under a number', () => {
  const out = () => mkdtempSync(join(folder, 'sent-'))
  const priced = (price: number) => inputsFile(`seller: { name: Seller Ltd }\npricePerMonth: ${price}\n`)
  const contents = (at: string) => readdirSync(at).map((name) => [name, readFileSync(join(at, name), 'utf8')])

  test('is never replaced by another, and may be written again as it was', async () => {
    const at = out()
    const flags = { number: 'A-2041', out: at }
    expect((await run([first.directory], { ...flags, inputs: priced(690) })).code).toBe(0)
    const sent = contents(at)
    const other = await run([first.directory], { ...flags, inputs: priced(450), internal: true })
    expect([other.code, other.stdout, other.stderr]).toEqual([
      2,
      '',
      `${join(at, 'quote-A-2041.html')}: holds another offer of this number, which stays as it was sent; give another --number, or another --out`,
    ])
    expect(contents(at)).toEqual(sent)
    expect((await run([first.directory], { ...flags, inputs: priced(690) })).code).toBe(0)
    expect(contents(at)).toEqual(sent)
  })

  test('is not replaced where only its PDF or its JSON is left', async () => {
    for (const name of ['quote-A-1.pdf', 'quote-A-1.json']) {
      const at = out()
      writeFileSync(join(at, name), 'sent')
      const refused = await run([first.directory], { number: 'A-1', out: at, inputs: priced(690) })
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`${name}: holds another offer`)])
      expect(contents(at)).toEqual([[name, 'sent']])
    }
  })

  test('gives way to nothing but itself; a draft may be made again', async () => {
    const at = out()
    const draft = (price: number) => inputsFile(`pricePerMonth: ${price}\n`)
    for (const price of [500, 600])
      expect((await run([first.directory], { number: 'A-2', out: at, inputs: draft(price) })).code).toBe(0)
    expect(readFileSync(join(at, 'quote-A-2-DRAFT.html'), 'utf8')).toContain('£600.00')
  })
})

describe('the internal sheet', () => {
  test('is written only where it is asked for, and says what it is', async () => {
    const inputs = inputsFile(usual)
    expect((await run([first.directory], { inputs, number: 'Q2' })).files).toEqual(['quote-Q2.html', 'quote-Q2.json'])
    const { files, out, stderr } = await run([first.directory], { inputs, number: 'Q2', internal: true })
    expect(files).toEqual(['quote-Q2-internal.html', 'quote-Q2-internal.json', 'quote-Q2.html', 'quote-Q2.json'])
    expect(stderr).toContain('quote-Q2-internal.html: INTERNAL, not for the customer\n')
    const sheet = readFileSync(join(out, 'quote-Q2-internal.html'), 'utf8')
    for (const text of ['INTERNAL', '£9,000.00', 'Floor price', 'Break-even utilisation']) expect(sheet).toContain(text)
    expect(readFileSync(join(out, 'quote-Q2.html'), 'utf8')).not.toMatch(/9,?000|INTERNAL/)
  })
})

describe('an inputs file', () => {
  test('that is written from runs and cards is taken as it is, names what is known, and is never replaced', async () => {
    const path = join(folder, 'new.yaml')
    const made = await run([first.directory], { writeInputs: path, from: ['l40s'] })
    expect([made.code, made.files]).toEqual([0, []])
    expect(made.stdout).toMatch(/^wrote .*: RTX 4090 \(1 run\), L40S.* \(no runs\)\. Complete it, then\n/)
    expect(made.stdout).toContain(` quote --inputs ${path}\n`)
    const text = readFileSync(path, 'utf8')
    expect(text).toContain('      - "first/20261120-101500-rtx-4090-llama-3.1-8b-fp8-batch8"\n')
    expect(text).toMatch(/name: "L40S.*"\n {4}# runs:/)
    const taken = await run([], { inputs: path, number: 'Q3' })
    expect([taken.code, taken.files]).toEqual([0, ['quote-Q3-DRAFT.html', 'quote-Q3-DRAFT.json']])
    expect(await run([first.directory], { writeInputs: path })).toMatchObject({
      code: 2,
      stderr: `${path}: exists already; name another file`,
    })
  })

  test('has one option for each card of a folder, with its own price and its runs from few streams to many', async () => {
    const runs = join(folder, 'cards')
    const { scenario, gpus } = first.record
    const named = (streams: number) => ({ scenario: { ...scenario, name: `chat-c${streams}` } })
    const card = { key: 'rtx-pro-6000-max-q', name: 'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition' }
    const other = { card: { ...first.record.card, ...card }, gpus: gpus.map((gpu) => ({ ...gpu, name: card.name })) }
    const key = loadKey(env)
    // the simulator gives all of its cards the same host and UUID
    for (const [id, streams] of [
      ['a', 16],
      ['b', 8],
      ['c', 1],
    ] as const) {
      await writeLiveRun(runs, { key, id: `4090-${id}`, over: named(streams) })
      await writeLiveRun(runs, { key, id: `6000-${id}`, over: { ...named(streams), ...other } })
    }
    const path = join(folder, 'cards.yaml')
    const { code, stdout } = await run([runs], { writeInputs: path, customer: undefined as never })
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /: RTX 4090 \(3 runs\), RTX PRO 6000 Max-Q \(3 runs\)\. Complete it, then\n.* quote --customer NAME --inputs /,
    )
    const { inputs } = statedInputs({ path, text: readFileSync(path, 'utf8') }, { files: [] })
    expect(inputs.options).toEqual([
      { name: 'RTX 4090', runs: ['cards/4090-c', 'cards/4090-b', 'cards/4090-a'], servers: 1 },
      { name: 'RTX PRO 6000 Max-Q', runs: ['cards/6000-c', 'cards/6000-b', 'cards/6000-a'], servers: 1 },
    ])
    expect(readFileSync(path, 'utf8')).toMatch(/cards alone: £1300 [\s\S]*cards alone: £8500 /)
  })

  test('does not state again what joulemark.yaml states', async () => {
    const exchangeRate = { perGbp: 1.15, source: 'a bank', date: '2026-11-26' }
    const offer = { currency: 'EUR', exchangeRate, vat: { case: 'outside-scope' }, validityDays: 7 } as const
    const electricity = { tariffGbpPerKwh: 0.34, pue: 1.4, hostOverhead: 1.35 }
    const config: Config = { files: ['joulemark.yaml'], electricity, utilisation: 0.9, quote: offer }
    const path = join(folder, 'configured.yaml')
    expect((await run([first.directory], { writeInputs: path }, config)).code).toBe(0)
    const text = readFileSync(path, 'utf8')
    for (const key of ['currency', 'vat', 'validityDays', 'utilisation'])
      expect(text).toContain(`\n# ${key}: stated in joulemark.yaml\n`)
    expect(statedInputs({ path, text }, config).inputs).toMatchObject({ ...offer, electricity, utilisation: 0.9 })
    expect((await run([], { inputs: path }, config)).code).toBe(0)
  })

  test('leaves the tariff of the catalogue a comment, so that a price of it is a draft', async () => {
    const path = join(folder, 'no-tariff.yaml')
    await run([first.directory], { writeInputs: path })
    const text = readFileSync(path, 'utf8')
    expect(text).not.toContain('reverse-charge-uk')
    expect(statedInputs({ path, text }, { files: [] }).inputs.electricity).toBeUndefined()
    const config: Config = {
      files: [],
      quote: { box: { capexGbp: 9000, writeOffMonths: 36 }, marginShareOfPrice: 0.2 },
    }
    expect((await run([], { inputs: path }, config)).stderr).toMatch(
      /DRAFT: .*: no tariff of electricity is stated; add/,
    )
  })

  test('without anything to start from is one to complete', async () => {
    const path = join(folder, 'empty.yaml')
    expect((await run([], { writeInputs: path, customer: 'Evil: "x"\n- y' })).code).toBe(0)
    expect(await run([first.directory], { inputs: path })).toMatchObject({ code: 0 })
    expect(await run([], { writeInputs: join(folder, 'x.txt') })).toMatchObject({ code: 2 })
    expect(await run([], { from: ['l40s'] })).toMatchObject({ code: 2, stderr: '--from: only with --write-inputs' })
  })
})

describe('a logo', () => {
  test('lies beside the inputs file, and is embedded; what cannot be is named in one line', async () => {
    const path = inputsFile('seller: { name: Seller Ltd, logo: art/logo.svg }\npricePerMonth: 500\n')
    mkdirSync(join(path, '..', 'art'))
    const logo = join(path, '..', 'art', 'logo.svg')
    expect((await run([first.directory], { inputs: path })).stderr).toMatch(
      /^seller\.logo art\/logo\.svg: cannot be read/,
    )
    mkdirSync(logo)
    expect((await run([first.directory], { inputs: path })).stderr).toBe('seller.logo art/logo.svg: expected a file')
    rmSync(logo, { recursive: true })
    writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    expect(await run([first.directory], { inputs: path })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('this SVG is not embedded: it contains <script>'),
    })
    writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>')
    const { out } = await run([first.directory], { inputs: path, number: 'Q4' })
    expect(readFileSync(join(out, 'quote-Q4.html'), 'utf8')).toContain('src="data:image/svg+xml;base64,')
    writeFileSync(logo, Buffer.alloc(300 * 1024))
    expect((await run([first.directory], { inputs: path })).stderr).toContain('expected at most 256 KiB')
  })
})
