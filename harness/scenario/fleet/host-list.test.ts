import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandHostList } from './host-list.ts'

test.each([
  ['gpu1', ['gpu1']],
  ['gpu[1-3]', ['gpu1', 'gpu2', 'gpu3']],
  ['n[08-10,2]', ['n08', 'n09', 'n10', 'n2']],
  ['r[1-2]-g[1-2].lan', ['r1-g1.lan', 'r1-g2.lan', 'r2-g1.lan', 'r2-g2.lan']],
  ['a,b[1,3],c', ['a', 'b1', 'b3', 'c']],
])('%s', (pattern, names) => {
  expect(expandHostList(pattern)).toEqual(names)
})

test.each([
  ['gpu[1-', 'expected "[" and "]" in pairs'],
  ['gpu]1[', 'expected "[" and "]" in pairs'],
  ['gpu[]', 'expected numbers and ranges in brackets'],
  ['gpu[a-b]', 'got "a-b"'],
  ['gpu[3-1]', 'expected a range that rises, got "3-1"'],
  ['gpu[1-99999999]', 'at most 10000 names'],
  ['a[1-9999]b[1-9999]', 'at most 10000 names'],
  ['a,,b', 'both sides of a comma'],
])('%s is refused', (pattern, said) => {
  expect(() => expandHostList(pattern)).toThrow(said)
})

describe('any text', () => {
  test('is names without brackets and commas, or one RangeError', () => {
    const piece = fc.constantFrom('gpu', '[', ']', ',', '-', '1', '07', '12', '9999', '.')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          for (const name of expandHostList(pieces.join(''))) expect(name).not.toMatch(/[[\],]/)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })

  test('a range has each of its numbers once, in order, at least as wide as its first', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(300), fc.integer({ min: 1, max: 6 }), (from, more, width) => {
        const first = String(from).padStart(width, '0')
        const names = expandHostList(`n[${first}-${from + more}]`)
        expect(names.map((name) => Number(name.slice(1)))).toEqual(
          Array.from({ length: more + 1 }, (_, index) => from + index),
        )
        expect(names.every((name) => name.length - 1 >= first.length)).toBe(true)
      }),
    )
  })
})
