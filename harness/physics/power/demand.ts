import type { EngineCard } from '../../catalogue/own/known.ts'

/** What a card does during a step at its full clock, as shares. */
export interface Activity {
  /** Share of time with a kernel running. */
  readonly busy: number
  /** Shares of the busy time that wait for memory, and for arithmetic (harness/physics/step-time.ts). */
  readonly memoryShare: number
  readonly computeShare: number
  /** Achieved share of the datasheet's memory bandwidth, and of its arithmetic rate. */
  readonly bandwidthShare: number
  readonly arithmeticShare: number
}

/** Shares of a chip's reference power, above idle. */
interface PowerShares {
  /** A kernel runs, whatever it waits for. */
  readonly active: number
  /** The GPU waits for the next kernel. */
  readonly waiting: number
  /** All of the memory bandwidth, and all of the arithmetic rate, in addition. */
  readonly bandwidth: number
  readonly arithmetic: number
}

/** Chips whose voltages are alike: AD10x, GB20x, GA102, and all others. */
type Family = 'ada' | 'blackwell' | 'ga102' | 'other'

/**
 * Fitted to public readings of nvidia-smi (demand.test.ts has each with its source): Blackwell to an RTX PRO
 * 6000 Workstation that decodes one stream and 32 at 600 W, Ada to an RTX 4090 that decodes one stream. A running kernel
 * costs most of it; what it reads and computes is added. A GA102 is at its limit when it decodes 27B (314 W at 315 W,
 * github.com/ashalliants/ninfer-3090/pull/72). The others are an estimate.
 */
const powerShares: Readonly<Record<Family, PowerShares>> = {
  ada: { active: 0.45, waiting: 0.1, bandwidth: 0.12, arithmetic: 1.2 },
  blackwell: { active: 0.77, waiting: 0.1, bandwidth: 0.1, arithmetic: 1 },
  ga102: { active: 0.85, waiting: 0.1, bandwidth: 0.1, arithmetic: 0.8 },
  other: { active: 0.45, waiting: 0.1, bandwidth: 0.15, arithmetic: 0.8 },
}

/** Power per SM and GHz of an RTX 4090 (450 W, 128 SMs, 2.52 GHz): an L40S is the same chip under a lower limit. */
const ADA_W_PER_SM_GHZ = 450 / (128 * 2.52)

/**
 * Power of the same work on another edition of the RTX PRO 6000, as a share of the Workstation Edition's. Two Server
 * cards at 300 W compute as much as a Workstation card at 421 W, at 500 W as much as at 574 W, and a Max-Q runs at the clock
 * of the Server card (gpu_burn sweeps, github.com/local-inference-lab/rtx6kpro, hardware/blackwell-power-limit-sweep.md,
 * April 2026). Those sweeps are of tensor load only: the slow edge of the expectation does not count on it.
 */
const EDITION_SHARE: Readonly<Record<string, number>> = { 'rtx-pro-6000-max-q': 0.75, 'rtx-pro-6000-server': 0.75 }
/** Chip whose power the shares are of: the editions of the RTX PRO 6000 are one chip, at 600 W on a Workstation card. */
const PRO_6000_W = 600

/** Share of the Workstation Edition's power that the same work costs on this edition; 1 for a card without editions. */
export const editionShare = (card: EngineCard): number => EDITION_SHARE[card.key] ?? 1

/** Power in W of an idle card with a running server and loaded weights. */
export const idlePowerW = (card: EngineCard): number => card.idleW.value

/** Power in W at which the shares of a chip are 1. */
function referenceW(card: EngineCard): number {
  if (card.key.startsWith('rtx-pro-6000')) return PRO_6000_W
  if (family(card) !== 'ada') return card.tdpW.value
  return Math.max(card.tdpW.value, ADA_W_PER_SM_GHZ * card.smCount.value * card.boostGhz.value)
}

function family(card: EngineCard): Family {
  if (card.architecture.startsWith('Ada')) return 'ada'
  if (card.architecture === 'Ampere GA102') return 'ga102'
  // the data-centre chips have other voltages and HBM
  return card.architecture.startsWith('Blackwell GB20') ? 'blackwell' : 'other'
}

/**
 * Power in W that a card would draw at its full clock, without a power limit: idle + reference · (active · busy share +
 * waiting + bandwidth share + arithmetic share). `edition` is the share for the edition (`editionShare` unless given).
 */
export function demandW(card: EngineCard, activity: Activity, edition = editionShare(card)): number {
  const shares = powerShares[family(card)]
  const running = activity.memoryShare + activity.computeShare
  const demand =
    shares.active * running +
    shares.waiting * Math.max(0, 1 - running) +
    shares.bandwidth * activity.bandwidthShare +
    shares.arithmetic * activity.arithmeticShare
  const idleW = idlePowerW(card)
  return idleW + (referenceW(card) - idleW) * edition * demand * activity.busy
}

/** Modelled board power in W under load at an enforced power limit: what the work demands, or the limit. */
export const loadPowerW = (card: EngineCard, activity: Activity, limitW = card.tdpW.value): number =>
  Math.min(limitW, demandW(card, activity))
