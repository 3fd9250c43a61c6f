import type { Card } from '../../catalogue/types.ts'
import { demandW, idlePowerW } from '../../physics/power/demand.ts'
import { powerShareAtClock, speedShare } from '../../physics/power/limited-speed.ts'
import type { StepCost } from '../engine/step-work.ts'

/** Power of a card. */
export interface CardPower {
  /** Idle, with the model loaded. */
  readonly idleW: number
  /** During a step. `capped` when it is at the power limit; `clockShare` is what the limit leaves of the clock. */
  loadOf(cost: StepCost): { readonly powerW: number; readonly capped: boolean; readonly clockShare: number }
}

/**
 * The true power of a card under load, from harness/physics/power, capped at the enforced limit. `clockShare` is that of the full
 * clock at which it is locked.
 */
export function cardPower(card: Card, powerLimitW = card.tdpW.value, clockShare = 1): CardPower {
  const idleW = idlePowerW(card)
  return {
    idleW,
    loadOf: ({ memoryShare, computeShare, bandwidthShare, arithmeticShare }) => {
      const activity = { busy: 1, memoryShare, computeShare, bandwidthShare, arithmeticShare }
      const demand = idleW + (demandW(card, activity) - idleW) * powerShareAtClock(clockShare)
      const capped = demand >= powerLimitW
      return {
        powerW: capped ? powerLimitW : demand,
        capped,
        clockShare: capped ? speedShare({ demandW: demand, limitW: powerLimitW, idleW }) : 1,
      }
    },
  }
}
