import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  eventReasonsOf,
  missingKindOf,
  parseSmiMask,
  parseSmiNumber,
  parseSmiText,
  parseSmiTimestamp,
  sickKinds,
} from './values.ts'

describe('missing values', () => {
  it.each([
    ['[N/A]', 'not-available'],
    ['N/A', 'not-available'],
    ['', 'not-available'],
    ['None', 'not-available'],
    ['[Not Supported]', 'not-supported'],
    ['[Requested functionality has been deprecated]', 'deprecated'],
    ['Requested functionality has been deprecated', 'deprecated'],
    ['[Insufficient Permissions]', 'no-permission'],
    ['[Unknown Error]', 'unknown-error'],
    ['[GPU requires reset]', 'requires-reset'],
    ['[GPU is lost]', 'gpu-lost'],
    ['ERR!', 'error'],
  ] as const)('%j is %s, never 0', (text, kind) => {
    expect(missingKindOf(text)).toBe(kind)
    expect(parseSmiNumber(text)).toEqual({ value: null, missing: kind })
    expect(parseSmiText(` ${text} `)).toEqual({ value: null, missing: kind })
    expect(parseSmiTimestamp(text).value).toBeNull()
  })

  it('distinguishes a faulty card from a missing sensor', () => {
    expect([...sickKinds]).toEqual(['unknown-error', 'requires-reset', 'gpu-lost', 'error'])
    expect(parseSmiNumber(undefined).missing).toBe('not-available')
  })
})

describe('numbers', () => {
  it.each([
    ['299.35', 299.35],
    ['97887 MiB', 97_887],
    ['16x', 16],
    ['528 KB/s', 528],
    ['25483012608 us', 25_483_012_608],
    ['-5 C', -5],
    ['97 %', 97],
    ['0', 0],
    ['512 bank(s)', null],
    ['12.3.4', null],
    ['1,5', null],
    ['0x10', null],
    ['12 34', null],
    ['Infinity', null],
    ['9'.repeat(400), null],
  ])('%j is %j', (text, value) => {
    const read = parseSmiNumber(text)
    expect(read.value).toBe(value)
    if (value === null) expect(read.missing).toBe('unreadable')
  })

  it('gives back any decimal that nvidia-smi could print, and never invents one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99_999_999, max: 99_999_999 }),
        fc.constantFrom('', ' W', ' MiB', ' %', ' MHz'),
        (cents, unit) => {
          const text = (cents / 100).toFixed(2)
          expect(parseSmiNumber(text + unit).value).toBe(Number(text))
        },
      ),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { value } = parseSmiNumber(text)
        expect(value === null || /\d/.test(text)).toBe(true)
        expect(Number.isNaN(value)).toBe(false)
      }),
    )
  })
})

describe('masks and stamps', () => {
  it('keeps a mask as text and names its reasons', () => {
    expect(parseSmiMask('0x00000000000000AC').value).toBe('0x00000000000000ac')
    expect(parseSmiMask('Active').missing).toBe('unreadable')
    expect(eventReasonsOf('0x0000000000000004')).toEqual(['swPowerCap'])
    expect(eventReasonsOf('0x00000000000000e8')).toEqual([
      'hwSlowdown',
      'swThermalSlowdown',
      'hwThermalSlowdown',
      'hwPowerBrakeSlowdown',
    ])
    expect(eventReasonsOf('0x0')).toEqual([])
  })

  it('reads UTC stamps to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2020-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }),
        (date) => {
          const iso = date.toISOString()
          expect(parseSmiTimestamp(`${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 23)}`).value).toBe(
            date.getTime(),
          )
        },
      ),
    )
  })

  it.each([
    '2026/02/30 10:00:00.000',
    '2026/11/23',
    '2026/11/23 25:00:00.000',
    '0026/11/23 10:00:00',
    'Mon Nov 23 10:00:00 2026',
  ])('refuses %j', (text) => {
    expect(parseSmiTimestamp(text)).toEqual({ value: null, missing: 'unreadable' })
  })
})
