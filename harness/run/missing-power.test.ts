import { expect, test } from 'vitest'
import { gpuRow } from '../testing/rows.ts'
import { watchForPower } from './missing-power.ts'

const seen = (...rows: Parameters<ReturnType<typeof watchForPower>>[0][]): string[] => {
  const missing: string[] = []
  const watch = watchForPower((uuid) => missing.push(uuid))
  for (const row of rows) watch(row)
  return missing
}
const none = (uuid: string, count: number) =>
  Array.from({ length: count }, (_, at) => gpuRow(at * 200, { uuid, powerW: null, powerInstantW: null }))

test('five samples without power: the card is named once', () => {
  expect(seen(...none('GPU-a', 4))).toEqual([])
  expect(seen(...none('GPU-a', 50), ...none('GPU-b', 5))).toEqual(['GPU-a', 'GPU-b'])
})

test('one of the two kinds of power is enough, and a card that reported it once is left alone', () => {
  const instant = gpuRow(0, { uuid: 'GPU-a', powerW: null, powerInstantW: 300 })
  expect(seen(instant, ...none('GPU-a', 50))).toEqual([])
})
