import { describe, expect, test } from 'vitest'
import { noConfig } from '../../harness/scenario/config/load-config.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { quoteInputs } from './inputs-source.ts'

const one = makeRun({ card: 'rtx-4090' })
const price = { purchaseGbp: 1500.5, source: 'an offer', date: '2026-11-20' }
const files = ['joulemark.yaml']
const file = (text: string) => ({ path: 'inputs.yaml', text })

describe('the inputs of a quote', () => {
  test('without any file are those of the catalogue, and say what they leave out', () => {
    const inputs = quoteInputs(one, null, noConfig)
    expect(inputs.box).toEqual({ capexGbp: 1300, writeOffMonths: 36 })
    expect(inputs.electricity).toMatchObject({ tariffGbpPerKwh: 0.18, pue: 1 })
    expect(inputs.notPromised.join()).toMatch(
      /^Made without an inputs file: GPU price from .*, no server, no margin\.$/,
    )
  })

  test('are those of joulemark.yaml where no file is given', () => {
    const inputs = quoteInputs(one, null, {
      files,
      seller: { name: 'Mine' },
      prices: { 'rtx-4090': price },
      electricity: { pue: 1.4 },
      utilisation: 0.5,
      writeOffMonths: 48,
      quote: { marginShareOfPrice: 0.2, notPromised: ['Backups.'] },
    })
    expect(inputs).toMatchObject({
      seller: { name: 'Mine' },
      box: { capexGbp: 1500.5, writeOffMonths: 48 },
      electricity: { tariffGbpPerKwh: 0.18, pue: 1.4 },
      utilisation: 0.5,
      marginShareOfPrice: 0.2,
    })
    expect(inputs.notPromised).toEqual([
      'Backups.',
      'Made without the price of the server: GPU price from an offer (2026-11-20), no server.',
    ])
  })

  test('of a whole server in joulemark.yaml have no such line', () => {
    const inputs = quoteInputs(one, null, { files, quote: { box: { capexGbp: 9000, writeOffMonths: 36 } } })
    expect([inputs.box.capexGbp, inputs.notPromised]).toEqual([9000, []])
  })

  test('of several cards that are rented', () => {
    const rented = { rentGbpPerMonth: 90.01, source: 'an offer', date: '2026-11-20' }
    const inputs = quoteInputs(makeRun({ card: 'rtx-4090', gpus: 2 }), null, { files, prices: { 'rtx-4090': rented } })
    expect(inputs.box).toMatchObject({ rentGbpPerMonth: 180.02 })
    expect(inputs.notPromised.join()).toContain('GPU rent from an offer')
  })

  test('are those of the inputs file before joulemark.yaml, the electricity field by field', () => {
    const text = 'box: { rentGbpPerMonth: 620 }\nelectricity: { tariffGbpPerKwh: 0.2 }\nutilisation: 60%\n'
    const inputs = quoteInputs(one, file(text), {
      files,
      seller: { name: 'Mine' },
      utilisation: 0.5,
      electricity: { tariffGbpPerKwh: 0.3, hostOverhead: 1.3 },
      prices: { 'rtx-4090': price },
    })
    expect(inputs).toMatchObject({
      seller: { name: 'Mine' },
      box: { rentGbpPerMonth: 620 },
      electricity: { tariffGbpPerKwh: 0.2, hostOverhead: 1.3 },
      utilisation: 0.6,
    })
  })

  test('a file without its server is refused, unless joulemark.yaml has the price of the card', () => {
    const text = 'electricity: { tariffGbpPerKwh: 0.2 }\n'
    expect(() => quoteInputs(one, file(text), noConfig)).toThrow('inputs.yaml:1: box: missing; expected a map of keys')
    expect(quoteInputs(one, file(text), { files, prices: { 'rtx-4090': price } }).box.capexGbp).toBe(1500.5)
  })

  test('a card without a price asks for it by name', () => {
    expect(() => quoteInputs(makeRun({ card: 'h200-nvl' }), null, noConfig)).toThrow(
      'no price for H200 NVL 141 GB: give --inputs FILE or prices.h200-nvl in joulemark.yaml',
    )
  })
})
