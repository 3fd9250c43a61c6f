import { gbpPerMillionOutputTokens } from '../../metrics/cost.ts'
import { BEND, GAIN } from '../../physics/power/limited-speed.ts'
import { trueAt } from '../../testing/tuned-card.ts'
import { HOURS_PER_YEAR } from '../../units.ts'
import type { World } from './world.ts'

/** What a tuning looks for, as it truly is: a figure that is lower where it is better, and the limit where it is lowest. */
export interface Truth {
  readonly figure: (limitW: number) => number
  readonly bestW: number
}

/**
 * The limit at which (fixed W + power) / speed is lowest, in closed form. With D = demand - idle and z = gain · (limit - idle) / D
 * the speed is z / (1 + z^b)^(1/b), whose logarithmic slope is 1 / (z (1 + z^b)); that of the dividend is D / (gain (fixed + power)).
 * They are equal at z^(b + 1) = gain · (fixed + idle) / D. Beyond the demand a limit changes nothing.
 */
export function bestLimitW({ card, minW, maxW }: Pick<World, 'card' | 'minW' | 'maxW'>, fixedW: number): number {
  const span = card.demandW - card.idleW
  const z = ((GAIN * (fixedW + card.idleW)) / span) ** (1 / (BEND + 1))
  const limitW = Math.min(card.idleW + (z * span) / GAIN, card.demandW)
  return Math.min(maxW, Math.max(minW, limitW))
}

const SCAN = 2000

/** The optimum by a fine scan, where the speed is no formula; of equal ones the lowest limit. */
function scanned({ minW, maxW }: World, figure: Truth['figure']): Truth {
  const limits = Array.from({ length: SCAN + 1 }, (_, step) => minW + ((maxW - minW) * step) / SCAN)
  return { figure, bestW: limits.reduce((best, watts) => (figure(watts) < figure(best) ? watts : best)) }
}

/** GBP per million output tokens. */
export function trueCheapest(world: World): Truth {
  const { card, money } = world
  // what does not depend on the limit, as watts under load for the time under load
  const gbpPerWattYear = (HOURS_PER_YEAR / 1000) * money.tariffGbpPerKwh * money.pue * money.utilisation
  const capitalW = money.priceGbp / money.years / gbpPerWattYear
  const restW = (money.idleW * (1 - money.utilisation)) / money.utilisation
  const figure = (limitW: number): number => {
    const { tokensPerS, powerW } = trueAt(card, limitW)
    return gbpPerMillionOutputTokens(tokensPerS, powerW, money)!
  }
  return card.measured ? scanned(world, figure) : { figure, bestW: bestLimitW(world, capitalW + restW) }
}

/** Joules per token. */
export function trueMostEfficient(world: World): Truth {
  const figure = (limitW: number): number => {
    const { tokensPerS, powerW } = trueAt(world.card, limitW)
    return powerW / tokensPerS
  }
  return world.card.measured ? scanned(world, figure) : { figure, bestW: bestLimitW(world, 0) }
}

/** The lowest limit that loses no more than a share of the speed at the highest one: bisection on a rising curve. */
export function lowestWithoutLoss({ card, minW, maxW }: World, share: number): number {
  const least = trueAt(card, maxW).tokensPerS * (1 - share)
  let [low, high] = [minW, maxW]
  if (trueAt(card, low).tokensPerS >= least) return low
  while (high - low > 1e-6) {
    const middle = (low + high) / 2
    if (trueAt(card, middle).tokensPerS >= least) high = middle
    else low = middle
  }
  return high
}
