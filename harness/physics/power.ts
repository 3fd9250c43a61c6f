import type { Card } from '../catalogue/types.ts'

/** Activity of a card, as shares of time. */
export interface Activity {
  /** Share of time with a kernel running. */
  readonly busy: number
  /** Shares of the busy time that wait for memory, and for arithmetic (harness/physics/step-time.ts). */
  readonly memoryShare: number
  readonly computeShare: number
  /** Enforced power limit in W, when it is not the card's own. */
  readonly powerLimitW?: number
}

/**
 * Power of a memory-bound and of a compute-bound kernel as shares of the range between idle and 450 W (an RTX 4090) or
 * 600 W (an RTX PRO 6000). A model, not a measurement: decode about 330 to 380 W on an RTX 4090 and 300 W on a
 * 600 W RTX PRO 6000, prefill 400 to 600 W (github.com/voipmonitor/rtx6kpro; the article's 360 W at batch 32).
 */
const memoryShareOfRange = { ada: 0.76, blackwell: 0.46, other: 0.55 } as const
const computeShareOfRange = 0.92

/** Power in W of an idle card with a running server and loaded weights. */
export const idlePowerW = (card: Card): number => card.idleW.value

/** Modelled board power in W under load, capped at the power limit. */
export function loadPowerW(card: Card, activity: Activity): number {
  const idleW = idlePowerW(card)
  const family = card.architecture.startsWith('Ada')
    ? 'ada'
    : card.architecture.startsWith('Blackwell')
      ? 'blackwell'
      : 'other'
  // the Max-Q is the same chip with a lower cap: its kernels demand the same power as on the 600 W card
  const rangeW = (card.key === 'rtx-pro-6000-max-q' ? 600 : card.tdpW.value) - idleW
  const overheadShare = Math.max(0, 1 - activity.memoryShare - activity.computeShare)
  const demand =
    activity.memoryShare * memoryShareOfRange[family] +
    activity.computeShare * computeShareOfRange +
    overheadShare * 0.3
  return Math.min(activity.powerLimitW ?? card.tdpW.value, idleW + rangeW * demand * activity.busy)
}
