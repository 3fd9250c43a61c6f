import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CostKind, choose } from './choice.ts'
import { peakLoad, usersOf } from './demand.ts'
import { offers, type SizedCard, serverCost } from './offer.ts'
import { countServers, serversFor } from './servers.ts'

const demand = { users: 2000, requestsPerS: null, requestsPerUserHour: 9, peakFactor: 2, growthShare: 0.5, spare: 1 }
const unpriced = { rentGbpPerMonth: null, cardRentGbpPerMonth: null, priceGbp: null }

describe('demand', () => {
  test('2,000 users x 9 per hour x 2 are 10 requests/s, and 15 with half as much again', () => {
    expect(peakLoad(demand)).toEqual({ unit: 'requests/s', today: 10, grown: 15 })
    expect(usersOf(2.5, demand)).toBeCloseTo(500)
  })
  test('requests/s are what they are; users who pause stay users', () => {
    expect(peakLoad({ ...demand, requestsPerS: 3, peakFactor: 1, growthShare: 0 })).toMatchObject({
      today: 3,
      unit: 'requests/s',
    })
    expect(peakLoad({ ...demand, requestsPerUserHour: null, peakFactor: 1 })).toEqual({
      unit: 'users',
      today: 2000,
      grown: 3000,
    })
    expect(usersOf(3, { ...demand, requestsPerS: 3 })).toBeNull()
  })
})

describe('servers', () => {
  test('are so many that each has at most what is promised of it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.nat(4),
        (load, perServer, spare) => {
          const servers = serversFor({ demand: load, perServer, spare }) - spare
          expect(load / servers).toBeLessThanOrEqual(perServer * (1 + 1e-6))
          if (servers > 1) expect(load / (servers - 1)).toBeGreaterThan(perServer)
        },
      ),
    )
  })
  test('a server that serves nothing is never enough', () => {
    expect(serversFor({ demand: 1, perServer: 0, spare: 0 })).toBe(Number.POSITIVE_INFINITY)
    const nothing = { value: 1, ci95: null, conservative: 0 }
    expect(countServers(nothing, peakLoad(demand), demand)).toBeNull()
  })
  test('headroom is what the serving servers take beyond the peak: spare ones do not count', () => {
    const server = { value: 5, ci95: [4, 8] as const, conservative: 4 }
    // 15 / 4: 4 servers carry 16; at the high end 15 / 8: 2
    expect(countServers(server, peakLoad(demand), demand)).toEqual({
      today: 4,
      grown: 5,
      fewest: 3,
      usersPerServer: expect.closeTo(800),
      headroomShare: expect.closeTo(16 / 15 - 1),
    })
  })
})

describe('cost', () => {
  const at = { years: 3, tariffGbpPerKwh: 0.2, utilisation: 1, pue: 1 }
  test('a rent is all in; a price is written off, with the electricity', () => {
    const money = { ...unpriced, priceGbp: 3600, loadW: 500, idleW: null }
    // £100 of capital, and 0.5 kW x 730 h x £0.20
    expect(serverCost(money, at)).toEqual({ gbpPerMonth: expect.closeTo(100 + 73), kind: 'cards' })
    expect(serverCost({ ...money, cardRentGbpPerMonth: 90 }, at)).toEqual({ gbpPerMonth: 90, kind: 'card-rent' })
    expect(serverCost({ ...money, rentGbpPerMonth: 250 }, at)).toEqual({ gbpPerMonth: 250, kind: 'rent' })
  })
  test('what is not known is null, never 0', () => {
    const none = { ...unpriced, loadW: 500, idleW: 50 }
    expect(serverCost(none, at)).toBeNull()
    expect(serverCost({ ...none, priceGbp: 1000, loadW: null }, at)).toBeNull()
    expect(serverCost({ ...none, priceGbp: 1000, idleW: null }, { ...at, utilisation: 0.5 })).toBeNull()
  })
})

describe('choice', () => {
  const option = (
    key: string,
    monthGbp: number | null,
    leastMonthGbp: number | null = monthGbp,
    costKind: CostKind = 'rent',
  ) => ({
    key,
    monthGbp,
    leastMonthGbp,
    costKind: monthGbp === null ? null : costKind,
  })
  test('the lowest cost, with its margin over the next', () => {
    expect(choose([option('b', 300), option('a', 200), option('c', null)])).toEqual({
      best: 'a',
      second: 'b',
      marginGbp: 100,
      isClear: true,
      costKind: 'rent',
    })
  })
  test('a rent is never compared with the cost of the cards alone', () => {
    const cards = option('b', 275, 275, 'cards')
    expect(choose([option('a', 289), cards])).toBeNull()
    expect(choose([option('a', 289), option('c', 300), cards])).toMatchObject({ best: 'a', second: 'c', marginGbp: 11 })
    expect(choose([cards, option('d', 270, 270, 'cards')])).toMatchObject({ best: 'd', second: 'b', costKind: 'cards' })
    expect(choose([cards, option('d', 270, 270, 'card-rent')])).toBeNull()
  })
  test('no clear winner where any other may cost as little', () => {
    expect(choose([option('a', 200), option('b', 300), option('c', 400, 180)])).toMatchObject({
      best: 'a',
      isClear: false,
    })
    expect(choose([option('a', 200), option('b', 200)])?.isClear).toBe(false)
  })
  test('one card alone has no second; none without a price', () => {
    expect(choose([option('a', 200)])).toEqual({
      best: 'a',
      second: null,
      marginGbp: null,
      isClear: true,
      costKind: 'rent',
    })
    expect(choose([option('a', null)])).toBeNull()
  })
})

test('a card without an answer has no servers and no cost, and is never chosen', () => {
  const card = (key: string, conservative: number | null): SizedCard => ({
    key,
    label: key,
    server: conservative === null ? null : { value: conservative, ci95: null, conservative },
    money: { ...unpriced, rentGbpPerMonth: 100, loadW: null, idleW: null },
  })
  const { offers: made, choice } = offers([card('none', null), card('some', 4)], demand, {
    years: 3,
    tariffGbpPerKwh: 0.2,
    utilisation: 1,
    pue: 1,
  })
  expect(made[0]).toMatchObject({ count: null, monthGbp: null, userGbpPerMonth: null })
  expect(made[1]).toMatchObject({ monthGbp: 500, userGbpPerMonth: 0.25 })
  expect(choice?.best).toBe('some')
})
