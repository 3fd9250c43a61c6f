import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { fleetOf } from '../../harness/testing/fleet-builder.ts'
import { otherAgainst, resumeCommand, withAgainst } from './against.ts'

const plain = fleetOf(['a'])
const inFile = fleetOf(['a'], { against: '/of-file' })

test('a campaign that goes on without the flag is compared with what it was begun with', () => {
  expect(withAgainst(plain, undefined, { against: '/before' }).against).toBe('/before')
  expect(withAgainst(inFile, undefined, { against: '/before' }).against).toBe('/before')
  expect(withAgainst(inFile, undefined, { against: null }).against).toBe('/of-file')
  expect(withAgainst(inFile, undefined).against).toBe('/of-file')
  expect(withAgainst(plain, undefined, { against: null }).against).toBeUndefined()
})

test('the flag counts most: a folder from the working folder, a query as it is, the baselines only by the file', () => {
  expect(withAgainst(inFile, 'other', { against: '/before' }).against).toBe(resolve('other'))
  expect(withAgainst(plain, 'store:driver=580.*').against).toBe('store:driver=580.*')
  expect(() => withAgainst(plain, 'baseline', { against: 'baseline' })).toThrow(
    /^--against baseline: is stated in fleet/,
  )
  expect(withAgainst(fleetOf(['a'], { against: 'baseline' }), 'baseline').against).toBe('baseline')
})

test('another comparison than it was begun with, or than the file says now, is announced', () => {
  const line = (found: string | null, flag?: string) => {
    const campaign = { against: found }
    return otherAgainst(campaign, inFile, withAgainst(inFile, flag, campaign))
  }
  expect(line('/of-file')).toBeNull()
  expect(line('/before', '/before')).toContain('fleet.yaml says /of-file now')
  expect(line('/before')).toBe(
    'compared with /before, as it was begun; fleet.yaml says /of-file now: --against changes it',
  )
  expect(line('/before', '/other')).toBe('compared with /other, and not with /before as it was begun')
  expect(line(null)).toBe('compared with /of-file, and not with nothing as it was begun')
  expect(otherAgainst(null, inFile, inFile)).toBeNull()
  expect(otherAgainst({ against: null }, plain, plain)).toBeNull()
})

test('the command that goes on has the flag, as words of a shell', () => {
  expect(resumeCommand('my fleet.yaml', 'after', 'store:driver=580.*')).toBe(
    "joulemark fleet run 'my fleet.yaml' --out after --against 'store:driver=580.*' --resume",
  )
  expect(resumeCommand('f.yaml', 'after', undefined)).toBe('joulemark fleet run f.yaml --out after --resume')
})
