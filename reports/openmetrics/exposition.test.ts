import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSamples } from '../../harness/endpoint/metrics/prometheus-text.ts'
import { printable } from '../render/plain-text.ts'
import { expositionText, labelValue } from './exposition.ts'

const head = { name: 'joulemark_power_watts', help: 'Power of "a" card\n# EOF', unit: 'watts' }

describe('a page of metrics', () => {
  test('a family has HELP, TYPE and UNIT once, then its series; the page ends with EOF', () => {
    const series = [
      { labels: { box: 'gpu1', setting: '' }, value: 300.25 },
      { labels: { box: 'gpu2' }, value: 1e-7 },
    ]
    expect(expositionText([{ ...head, series }])).toBe(
      [
        "# HELP joulemark_power_watts Power of 'a' card # EOF",
        '# TYPE joulemark_power_watts gauge',
        '# UNIT joulemark_power_watts watts',
        'joulemark_power_watts{box="gpu1"} 300.25',
        'joulemark_power_watts{box="gpu2"} 1e-7',
        '# EOF',
        '',
      ].join('\n'),
    )
  })

  test('what is not known is not there: no series, no family', () => {
    const series = [Number.NaN, Number.POSITIVE_INFINITY].map((value) => ({ labels: {}, value }))
    expect(expositionText([{ ...head, series }])).toBe('# EOF\n')
  })

  test('any text and any number come back as they were, on one line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (text, value) => {
          const page = expositionText([
            { ...head, unit: null, series: [{ labels: { box: labelValue(text), end: 'x' }, value }] },
          ])
          expect(page.split('\n')).toHaveLength(5)
          const [sample] = readSamples(page, ['joulemark_'])
          expect(sample!.labels['box'] ?? '').toBe(printable(text))
          expect(sample!.labels['end']).toBe('x')
          expect(sample!.value).toBe(value + 0) // -0 is written as 0
        },
      ),
    )
  })

  test('a name from outside is cut, and never in the middle of a character', () => {
    expect(labelValue('a'.repeat(5000))).toHaveLength(200)
    expect(labelValue(`${'a'.repeat(199)}😀`)).toBe('a'.repeat(199))
    expect(labelValue(null)).toBe('')
  })
})
