import { describe, expect, test } from 'vitest'
import {
  annualElectricityGbp,
  breakEvenUtilisation,
  capexGbpPerYear,
  electricityGbp,
  gbpPerGbVram,
  gbpPerMillionOutputTokens,
  gbpPerTokensPerS,
  type MoneyInputs,
  tokensPerJ,
  totalGbpPerYear,
} from './cost.ts'

// The inputs of the article: 24/7, three years, £0.18/kWh, no cooling.
const terms = { years: 3, tariffGbpPerKwh: 0.18, utilisation: 1, idleW: 20, pue: 1 }
const ada: MoneyInputs = { ...terms, priceGbp: 1300 }
const pro: MoneyInputs = { ...terms, priceGbp: 8500 }

describe("with the article's inputs", () => {
  test.each([
    // what, exact, digits, as printed here
    ['tokens/J of the 4090, which the article cuts to 3.05', tokensPerJ(1100, 360), 2, '3.06'],
    ['tokens/J of the 6000 Pro', tokensPerJ(1380, 250), 2, '5.52'],
    ['£ per t/s of the 4090', gbpPerTokensPerS(1300, 1100), 2, '1.18'],
    ['£ per t/s of the 6000 Pro', gbpPerTokensPerS(8500, 1380), 2, '6.16'],
    ['£ per GB of the 4090', gbpPerGbVram(1300, 24), 0, '54'],
    ['£ per GB of the 6000 Pro', gbpPerGbVram(8500, 96), 0, '89'],
    ['electricity of the 4090', annualElectricityGbp(360, ada), 0, '568'],
    ['electricity of the 6000 Pro', annualElectricityGbp(250, pro), 0, '394'],
    ['capex of the 4090', capexGbpPerYear(ada), 0, '433'],
    ['capex of the 6000 Pro', capexGbpPerYear(pro), 0, '2833'],
    ['total of the 4090', totalGbpPerYear(360, ada), 0, '1001'],
    ['total of the 6000 Pro, where the article sums rounded cells to 3227', totalGbpPerYear(250, pro), 0, '3228'],
    ['£ per million tokens of the 4090', gbpPerMillionOutputTokens(1100, 360, ada), 4, '0.0289'],
    ['£ per million tokens of the 6000 Pro', gbpPerMillionOutputTokens(1380, 250, pro), 4, '0.0742'],
  ])('%s', (_what, value, digits, printed) => {
    expect(value?.toFixed(digits)).toBe(printed)
  })

  test('the "factor of 5" a token is 2.57', () => {
    const factor = gbpPerMillionOutputTokens(1380, 250, pro)! / gbpPerMillionOutputTokens(1100, 360, ada)!
    expect(factor).toBeCloseTo(2.57, 2)
  })
})

test('idle hours cost idle watts: half of the year at 360 W and half at 20 W is 190 W', () => {
  const inputs = { ...ada, utilisation: 0.5 }
  expect(annualElectricityGbp(360, inputs)).toBeCloseTo(0.19 * 8760 * 0.18, 9)
  expect(gbpPerMillionOutputTokens(1100, 360, inputs)?.toFixed(4)).toBe('0.0423')
})

test('the room multiplies electricity and leaves the price of the card alone', () => {
  expect(annualElectricityGbp(250, { ...pro, pue: 1.5 })).toBeCloseTo(1.5 * 394.2, 9)
  expect(totalGbpPerYear(250, { ...pro, pue: 1.5 })).toBeCloseTo(8500 / 3 + 591.3, 9)
})

test('electricity of any span: 200 W of boards in a server x 1.5 and a room x 1.2 for 100 h are 36 kWh', () => {
  expect(electricityGbp(200, 100, { tariffGbpPerKwh: 0.25, hostOverhead: 1.5, pue: 1.2 })).toBeCloseTo(9, 12)
  expect(electricityGbp(200, 100, { tariffGbpPerKwh: 0.25, pue: 1.2 })).toBeCloseTo(6, 12)
})

test('a quotient that is no number is null, never Infinity or NaN', () => {
  expect(gbpPerTokensPerS(1300, 0)).toBeNull()
  expect(gbpPerGbVram(1300, Number.NaN)).toBeNull()
  expect(tokensPerJ(1100, 0)).toBeNull()
  expect(capexGbpPerYear({ priceGbp: 1300, years: 0 })).toBeNull()
  expect(totalGbpPerYear(360, { ...ada, years: 0 })).toBeNull()
  expect(gbpPerMillionOutputTokens(1100, 360, { ...ada, utilisation: 0 })).toBeNull()
})

describe('break-even', () => {
  const small = { inputs: ada, loadW: 360, outputTokensPerS: 1100 }
  const large = (outputTokensPerS: number) => ({ inputs: pro, loadW: 250, outputTokensPerS })

  test('a 6000 Pro at 4000 t/s costs what the 4090 costs at 74 % utilisation', () => {
    // By hand: (1100 x 2864.87 - 4000 x 464.87) / (1.5768 x (4000 x 340 - 1100 x 230)) = 1291877 / 1745518
    const utilisation = breakEvenUtilisation(small, large(4000))!
    expect(utilisation).toBeCloseTo(0.7401, 4)
    const at = (side: typeof small) =>
      gbpPerMillionOutputTokens(side.outputTokensPerS, side.loadW, { ...side.inputs, utilisation })!
    expect(at(small)).toBeCloseTo(at(large(4000)), 9)
    expect(breakEvenUtilisation(large(4000), small)).toBeCloseTo(utilisation, 9)
  })

  test("at the article's 3500 t/s it never gets there, and at 3547 it does so only around the clock", () => {
    expect(breakEvenUtilisation(small, large(3500))).toBeNull()
    expect(breakEvenUtilisation(small, large(3547))).toBeCloseTo(1, 3)
  })

  test('a card without capital cost or throughput has no break-even', () => {
    expect(breakEvenUtilisation(small, { ...large(4000), inputs: { ...pro, years: 0 } })).toBeNull()
    expect(breakEvenUtilisation(small, large(0))).toBeNull()
  })
})
