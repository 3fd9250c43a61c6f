import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import article from '../../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { cellOf } from '../claims.ts'
import { parseClaims, parseClaimsText } from './parse.ts'

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}.yaml`, import.meta.url), 'utf8')

/** The lines of the error for a text. */
function linesOf(text: string, file: string): string[] {
  try {
    parseClaimsText(text, file)
  } catch (error) {
    return (error as Error).message.split('\n')
  }
  return []
}

describe('every mistake is one line: file, line, field, what was expected, the nearest name', () => {
  test('ids, units, values, columns, formulas and names', () => {
    const known = 'expected one of OOM, Tight, Comfortable, Trivial, fits, got "Easy"'
    const listed = 'a row that is only listed begins with other_'
    expect(linesOf(fixture('vendor-typos'), 'v.yaml')).toEqual([
      `v.yaml:13: tables.spec.rows[fp8_tflops].id: no check reads a row "fp8_tflops" (${listed}); did you mean "fp8_dense"?`,
      'v.yaml:14: tables.spec.rows[memory_bandwidth].rtx-5090.unit: no unit "GB/h" for bandwidth (GB/s); did you mean "GB/s"?',
      'v.yaml:15: tables.spec.rows[memory_bus].rtx-5090.value: 51 bit is not what its print says: "512-bit"',
      'v.yaml:16: tables.spec.rows[tdp].rtx-5090.unit: missing; expected W',
      'v.yaml:17: tables.spec.rows[vram].rtx-509: unknown key; did you mean "rtx-5090"?',
      'v.yaml:18: tables.spec.rows[vram].id: a second row "vram"; each id occurs once in a table',
      `v.yaml:22: tables.fits.rows[a].h100-sxm.value: ${known}`,
      'v.yaml:29: tables.throughput.rows[b1].rtx-5090.value: expected a number; text is a cell of kind text, or the printed text alone',
      'v.yaml:34: tables.economics.rows[price].rtx-5090.unit: no unit "USD" for price (GBP); known: GBP, £',
      'v.yaml:35: tables.economics.rows[per_rate].derived: no row "throughput.b2"; did you mean "throughput.b1"?',
      `v.yaml:36: tables.economics.rows[idle_power].id: no check reads a row "idle_power" (${listed}); known: tdp, sustained_power_b32, price`,
      'v.yaml:40: text_claims[cheaper].asserts[0].under: no card "h100"; did you mean "h100-sxm"?',
      'v.yaml:42: serving_examples[serve].card: no card "rtx-5080"; did you mean "rtx-5090"?',
    ])
  })

  test('unknown keys and words', () => {
    const lines = linesOf(fixture('vendor-wrong-keys'), 'v.yaml')
    expect(lines).toEqual([
      'v.yaml:12: tables.throughput.rows[b1].workload.quantisation: unknown key; did you mean "quant"?',
      expect.stringMatching(
        /^v\.yaml:16: .*workload\.quant: expected one of bf16, .*, got "fp-8"; did you mean "fp8"\?$/,
      ),
      'v.yaml:16: tables.throughput.rows[b2].workload.batch: expected more than 0, got 0',
      'v.yaml:17: tables.throughput.rows[b2].rtx-5090: expected the cell as printed, such as "300 t/s", or a map of keys',
      'v.yaml:18: text_claim: unknown key; did you mean "text_claims"?',
    ])
  })

  test('names of what every object has are no names of the file', () => {
    const text = fixture('vendor-typos')
      .replace('card: rtx-5080', 'card: constructor')
      .replace('throughput.b2', 'toString')
    const lines = linesOf(text, 'v.yaml').join('\n')
    expect(lines).toContain('no card "constructor"')
    expect(lines).toContain('no row "toString"')
  })

  test('JSON has its lines too, and claims that are data have none', () => {
    const text = JSON.stringify(article, null, 2).replace('"fp8_dense"', '"fp8_tflops"')
    const line = text.split('\n').findIndex((each) => each.includes('"fp8_tflops"')) + 1
    const [first] = linesOf(text, 'a.json')
    expect(first).toMatch(new RegExp(`^a\\.json:${line}: tables\\.spec\\.rows\\[fp8_tflops\\]\\.id: `))
    expect(() => parseClaims(JSON.parse(text), 'a.json')).toThrow(/^a\.json: tables\.spec\.rows\[fp8_tflops\]\.id: /)
  })

  test.each([
    ['{', 'x.json', /^x\.json: not JSON: .*; a claims file is JSON, or YAML named \.yaml$/],
    ['a: [', 'x.yaml', /^x\.yaml:1: not valid YAML: /],
    ['a: 1\na: 2', 'x.yml', /^x\.yml:2: not valid YAML: /],
    ['{"version": 1}', 'x.json', /^x\.json is not a claims file: schema: missing; /],
    ['[]', 'x.json', /^x\.json is not a claims file: file: /],
  ])('%j in %s is no claims file', (text, file, message) => {
    expect(linesOf(text, file)).toEqual([expect.stringMatching(message)])
  })

  test('a formula that is none, and one that refers to itself by a bare name', () => {
    const economics = (derived: string) => `
schema: 1
source: { title: T }
cards: { rtx-4090: { label: RTX 4090 } }
tables:
  economics:
    title: E
    parameters: { tariff_gbp_per_kwh: 0.2, hours_per_year: 8760, amortisation_years: 3 }
    rows:
      - { id: price, label: P, rtx-4090: £1500 }
      - { id: third, label: T, derived: "${derived}", rtx-4090: £500 }
`
    expect(linesOf(economics('price / 3'), 'e.yaml')).toEqual([])
    expect(linesOf(economics('price over 3'), 'e.yaml')).toEqual([
      'e.yaml:11: tables.economics.rows[third].derived: expected a formula of rows and numbers, such as price / 3 or throughput.b32 / tdp',
    ])
    expect(linesOf(economics('prise / 3'), 'e.yaml')).toEqual([
      'e.yaml:11: tables.economics.rows[third].derived: no row "prise"; did you mean "price"?',
    ])
  })
})

describe('units are converted to that of the row', () => {
  const cell = (id: string, value: unknown, table = 'spec') => {
    const claims = parseClaims(
      {
        schema: 1,
        source: { title: 'T' },
        cards: { it: { label: 'It' } },
        tables: { [table]: { title: 'T', rows: [{ id, label: id, it: value }] } },
      },
      'claims',
    )
    return cellOf(claims.tables[table as 'spec']!.rows[0]!, 'it')!
  }
  const quantity = (value: number, unit: string, raw?: string) => ({
    kind: 'quantity',
    value,
    unit,
    ...(raw ? { raw } : {}),
  })

  test.each([
    ['memory_bandwidth', quantity(1.792, 'TB/s'), 1792, 'GB/s'],
    ['memory_bandwidth', quantity(14_336, 'Gbps'), 1792, 'GB/s'],
    ['vram', quantity(24_576, 'MiB'), 24, 'GB'],
    ['boost_clock', quantity(2520, 'MHz'), 2.52, 'GHz'],
    ['fp8_dense', quantity(1.979, 'PFLOPS'), 1979, 'TFLOPS'],
    ['tdp', quantity(0.7, 'kW'), 700, 'W'],
    ['memory_bus', '512-bit', 512, 'bit'],
    ['sm_count', '188', 188, 'SM'],
    ['tdp', { kind: 'quantity', value: 575, raw: '575 W' }, 575, 'W'],
  ])('%s %j is %d %s', (id, value, number, unit) => {
    expect(cell(id, value)).toMatchObject({ value: expect.closeTo(number, 9), unit })
  })

  test.each([
    ['10 ms/token', 100, 'tokens/s per stream'],
    ['100 tok/s/user', 100, 'tokens/s per stream'],
    ['6,000 tokens/min', 100, 'tokens/s'],
    ['1.2 ktok/s', 1200, 'tokens/s'],
    ['0.5 images/s', 2, 's/image'],
    ['2.0s', 2, 's/image'],
    ['30 steps/min', 0.5, 'steps/s'],
  ])('a rate printed as %s is %d %s', (text, number, unit) => {
    expect(cell('it', text, 'throughput')).toMatchObject({ value: expect.closeTo(number, 9), unit, raw: text })
  })

  test('with what the print can stand for: half of its last digit, in its own unit, or 3 % for "about"', () => {
    expect(cell('memory_bandwidth', quantity(1400, 'GB/s', '1.4 TB/s')).range).toEqual({ low: 1350, high: 1450 })
    expect(cell('memory_bandwidth', '1.4 TB/s').range).toEqual({
      low: expect.closeTo(1350, 6),
      high: expect.closeTo(1450, 6),
    })
    expect(cell('it', '~1000 t/s', 'throughput').range).toEqual({ low: 970, high: 1030 })
    expect(cell('it', '22-24 t/s', 'throughput')).toMatchObject({ min: 22, max: 24, range: { low: 22, high: 24 } })
    // 9.5 to 10.5 ms
    const { range } = cell('it', '10 ms/token', 'throughput')
    expect([range!.low, range!.high]).toEqual([expect.closeTo(95.24, 2), expect.closeTo(105.26, 2)])
  })

  test('what is no quantity stays what it says', () => {
    expect(cell('ecc', 'Yes, on by default')).toMatchObject({ kind: 'boolean', value: true })
    expect(cell('nvlink', 'None')).toMatchObject({ kind: 'none' })
    expect(cell('fp8_dense', '660 TFLOPS (sparse)')).toMatchObject({
      kind: 'quantity',
      value: 660,
      qualifier: 'sparse',
    })
    expect(cell('it', 'OOM at KV', 'throughput')).toMatchObject({ kind: 'oom', raw: 'OOM at KV' })
    expect(cell('it', 'Comfortable (32k+)', 'fits')).toMatchObject({ kind: 'category', value: 'Comfortable' })
    expect(cell('it', '900 parsecs', 'throughput')).toMatchObject({ kind: 'text', raw: '900 parsecs' })
    expect(cell('it', null, 'throughput')).toMatchObject({ kind: 'not_applicable' })
  })

  test('a print with another unit than its value must say the same', () => {
    const mistyped = () => cell('memory_bandwidth', quantity(140, 'GB/s', '~1.4 TB/s'))
    expect(mistyped).toThrow('140 GB/s is not what its print says: "~1.4 TB/s"')
  })
})

test('an uplift and a delta may stand as text', () => {
  const claims = parseClaims(
    {
      schema: 1,
      source: { title: 'T' },
      cards: { a: { label: 'A' }, b: { label: 'B' } },
      tables: {
        throughput: { title: 'T', rows: [{ id: 'it', label: 'It', a: '100 t/s', b: '125 t/s', uplift: '1.25x' }] },
        spec: { title: 'S', rows: [{ id: 'tdp', label: 'TDP', a: '450 W', b: '300 W', delta: '-33%' }] },
      },
    },
    'claims',
  )
  expect(claims.tables.throughput!.rows[0]!.cells['uplift']).toMatchObject({ kind: 'ratio', value: 1.25 })
  expect(claims.tables.spec!.rows[0]!.cells['delta']).toMatchObject({ kind: 'delta_percent', value: -33 })
})
