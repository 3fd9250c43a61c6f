import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { costChart } from '../../charts/cost-chart.ts'
import { crossingOf, crossingText } from '../../charts/crossing.ts'
import type { MoneyCard, MoneyModel } from '../../money-model.ts'
import { costPicture, niceScale, type Shape } from './client/cost-picture.ts'
import { costsInWords, economics } from './client/economics.ts'
import { fragmentId } from './client/fragment.ts'
import { compareKeys } from './client/sort-order.ts'
import { typedModel, typedNumber } from './client/typed-inputs.ts'

/** What runs in the page, as far as it needs no page; browser.e2e.test.ts has the rest. */

const at = { years: 3, tariffGbpPerKwh: 0.4, utilisation: 0.5, pue: 1.5 }
const card = (id: string, over: Partial<MoneyCard>): MoneyCard => ({
  ...{ id, label: `Card ${id}`, priceGbp: 1300, idleW: 20, meanPowerW: 450, outputTokensPerS: 1100, vramGb: 24 },
  ...over,
})
const cheap = card('a', {})
const frugal = card('b', { priceGbp: 2000, meanPowerW: 250, outputTokensPerS: 1200, vramGb: 96 })
const model: MoneyModel = { ...at, cards: [cheap, frugal] }

test('a hash names an id, however it is written', () => {
  expect(['#c-cost', '#c%2Dcost', '#%', ''].map(fragmentId)).toEqual(['c-cost', 'c-cost', '%', ''])
})

describe('the economics of a card', () => {
  test('have the price by throughput and by memory, as the table has them', () => {
    expect(economics(cheap, at)).toMatchObject({ price: 1300, 'gbp-per-tps': 1300 / 1100, 'gbp-per-gb': 1300 / 24 })
  })

  test('need idle power only where a card is ever idle', () => {
    const unknown = card('a', { idleW: null })
    expect(economics(unknown, at)['annual-electricity']).toBeNull()
    const always = { ...at, utilisation: 1 }
    expect(economics(unknown, always)).toEqual(economics(cheap, always))
  })

  test('are null, and never 0, where a price, a throughput or a size is not known', () => {
    const figures = economics(card('a', { priceGbp: null, outputTokensPerS: null, vramGb: null }), at)
    expect(Object.entries(figures).filter(([, gbp]) => gbp !== null)).toEqual([
      ['annual-electricity', economics(cheap, at)['annual-electricity']],
    ])
  })
})

describe('what a reader types', () => {
  const typed = (over: Record<string, string>) => {
    const inputs: Record<string, string> = { utilisation: '25', tariff: '0.3', years: '4', pue: '1.2', ...over }
    return (name: string) => inputs[name] ?? (name === 'price-0' ? '1000' : '2000')
  }

  test('becomes the model that is worked out', () => {
    expect(typedModel(model, typed({}))).toEqual({
      ...{ utilisation: 0.25, tariffGbpPerKwh: 0.3, years: 4, pue: 1.2 },
      cards: [
        { ...cheap, priceGbp: 1000 },
        { ...frugal, priceGbp: 2000 },
      ],
    })
  })

  test.each([
    ['utilisation', ''],
    ['utilisation', '0'],
    ['tariff', ' '],
    ['tariff', '-1'],
    ['tariff', 'x'],
    ['years', '0'],
    ['pue', '0.9'],
    ['pue', '1e999'],
    ['price-1', ''],
    ['price-1', '-5'],
  ])('%s "%s" cannot be used', (name, text) => {
    expect(typedModel(model, typed({ [name]: text }))).toBeNull()
  })

  test('may leave a price empty where the report knew none, and is at most always', () => {
    const unpriced = { ...model, cards: [cheap, { ...frugal, priceGbp: null }] }
    expect(typedModel(unpriced, typed({ 'price-1': '' }))?.cards[1]?.priceGbp).toBeNull()
    expect(typedModel(unpriced, typed({ 'price-1': 'x' }))).toBeNull()
    expect(typedModel(model, typed({ utilisation: '250' }))?.utilisation).toBe(1)
    expect([typedNumber('0', 0), typedNumber('', 0)]).toEqual([0, null])
  })
})

test('costs are said from the lowest up, as multiples of it', () => {
  expect(costsInWords([])).toBe('')
  expect(
    costsInWords([
      { label: 'B', gbp: 0.075 },
      { label: 'A', gbp: 0.03 },
    ]),
  ).toBe('A £0.0300, B £0.0750 (2.50x) per million output tokens')
})

test('rows are sorted by figure both ways; those without one stay at the end, by text', () => {
  const keys = [
    { number: null, text: 'OOM' },
    { number: 2, text: '2' },
    { number: null, text: '—' },
    { number: 10, text: '10' },
  ]
  const sorted = (descending: boolean) =>
    keys.toSorted((a, b) => compareKeys(a, b, descending)).map(({ number, text }) => number ?? text)
  expect(sorted(false)).toEqual([2, 10, '—', 'OOM'])
  expect(sorted(true)).toEqual([10, 2, 'OOM', '—'])
})

describe('the chart of the cost', () => {
  const picture = (given: MoneyModel) =>
    costPicture(
      costChart(given, (id) => given.cards.findIndex((each) => each.id === id), '', false)!,
      given.utilisation,
      480,
    )
  const texts = (shapes: readonly Shape[]) => shapes.flatMap(({ text }) => text ?? [])
  const named = (shapes: readonly Shape[], name: Shape['name']) => shapes.filter((each) => each.name === name)

  test('marks where two cards cost the same, in the words of the report', () => {
    const [a, b] = [cheap, frugal].map((each) => ({
      inputs: { ...at, priceGbp: each.priceGbp!, idleW: each.idleW! },
      ...{ loadW: each.meanPowerW!, outputTokensPerS: each.outputTokensPerS!, ci95: null },
    })) as [Parameters<typeof crossingOf>[0], Parameters<typeof crossingOf>[1]]
    const chart = costChart(model, () => 0, '', false)!
    expect(chart.summary).toContain(`Card a and Card b ${crossingText(crossingOf(a, b))}`)
    const { shapes } = picture(model)
    expect(named(shapes, 'path')).toHaveLength(1)
    expect(texts(shapes)).toContain(chart.marks[0]!.label)
    expect(named(shapes, 'polyline').map(({ attributes }) => attributes['stroke'])).toEqual(['var(--s0)', 'var(--s1)'])
    expect(named(shapes, 'rect')).toHaveLength(0)
  })

  test('shades the interval of a crossing, where there is one', () => {
    const sure = { ...model, cards: [{ ...cheap, outputTokensPerSCi95: [1050, 1150] as const }, frugal] }
    const [band] = named(picture(sure).shapes, 'rect')
    expect(band!.attributes['fill']).toBe('var(--band)')
    expect(Number(band!.attributes['width'])).toBeGreaterThan(5)
  })

  test('has nothing that is no number, and stays inside its frame, at any assumptions', () => {
    const positive = (max: number) => fc.double({ min: 0.01, max, noNaN: true })
    const priced = (id: string) =>
      fc
        .record({ priceGbp: positive(1e5), meanPowerW: positive(700), outputTokensPerS: positive(1e4) })
        .map((over) => card(id, over))
    const any = fc.record({
      ...{
        years: positive(10),
        tariffGbpPerKwh: positive(2),
        utilisation: positive(1),
        pue: fc.double({ min: 1, max: 3, noNaN: true }),
      },
      cards: fc.tuple(priced('a'), priced('b')),
    })
    fc.assert(
      fc.property(any, (given) => {
        const { height, shapes } = picture(given)
        expect(JSON.stringify(shapes)).not.toMatch(/NaN|Infinity|undefined|null/)
        for (const { attributes } of named(shapes, 'polyline')) {
          for (const pair of String(attributes['points']).split(' ')) {
            const [x, y] = pair.split(',').map(Number) as [number, number]
            expect(x >= 64 && x <= 458 && y >= 0 && y <= height - 50).toBe(true)
          }
        }
      }),
    )
  })

  test('has from four to about ten round ticks', () => {
    expect(niceScale(0.0289)).toEqual({
      ceiling: 0.03,
      ticks: [0, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03].map((tick) => expect.closeTo(tick, 9)),
      digits: 3,
    })
    expect(niceScale(0)).toMatchObject({ ceiling: 1 })
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (most) => {
        const { ceiling, ticks, digits } = niceScale(most)
        expect(ceiling).toBeGreaterThanOrEqual(most * (1 - 1e-12))
        expect(ticks.length).toBeGreaterThanOrEqual(5)
        expect(ticks.length).toBeLessThanOrEqual(12)
        expect(new Set(ticks.map((tick) => tick.toFixed(digits))).size).toBe(ticks.length)
      }),
    )
  })
})
