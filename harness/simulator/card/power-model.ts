import type { Card } from '../../catalogue/types.ts'
import { idlePowerW, loadPowerW } from '../../physics/power/demand.ts'
import type { StepCost } from '../engine/step-work.ts'

/** Power of a card. */
export interface CardPower {
  /** Idle, with the model loaded. */
  readonly idleW: number
  /** During a step. `capped` when it is at the power limit. */
  loadOf(cost: StepCost): { readonly powerW: number; readonly capped: boolean }
}

/** The true power of a card under load, from harness/physics/power/demand.ts, capped at the enforced limit. */
export function cardPower(card: Card, powerLimitW = card.tdpW.value): CardPower {
  return {
    idleW: idlePowerW(card),
    loadOf: ({ memoryShare, computeShare, bandwidthShare, arithmeticShare }) => {
      const activity = { busy: 1, memoryShare, computeShare, bandwidthShare, arithmeticShare }
      const powerW = loadPowerW(card, activity, powerLimitW)
      return { powerW, capped: powerW >= powerLimitW }
    },
  }
}
