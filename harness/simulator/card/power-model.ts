import type { Card } from '../../catalogue/types.ts'
import { idlePowerW, loadPowerW } from '../../physics/power.ts'
import type { StepCost } from '../engine/step-work.ts'

/** What a card draws. */
export interface CardPower {
  /** With the model loaded and nothing to do. */
  readonly idleW: number
  /** During a step. `capped` when the power limit holds it back. */
  loadOf(cost: StepCost): { readonly powerW: number; readonly capped: boolean }
}

/** The true power of a card over its load, by the power model of the physics room, under the limit that is enforced. */
export function cardPower(card: Card, powerLimitW = card.tdpW.value): CardPower {
  return {
    idleW: idlePowerW(card),
    loadOf: ({ memoryShare, computeShare }) => {
      const powerW = loadPowerW(card, { busy: 1, memoryShare, computeShare, powerLimitW })
      return { powerW, capped: powerW >= powerLimitW }
    },
  }
}
