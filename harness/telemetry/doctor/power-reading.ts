import { powerCeilingW } from '../../physics/power-ceiling.ts'
import { type CardSnapshot, numberIn } from '../snapshot/snapshot.ts'
import { nameOf } from './check.ts'

export const FALSE_POWER_FIX =
  'energy measured on this machine would be false: compare with another driver version; a virtual GPU has no sensor of its own'
const NO_POWER_FIX =
  'a Jetson, a virtual GPU and a slice report no power: throughput and latency can be measured, tokens/J cannot'

/** What is wrong with the power of a card, as read once. */
export interface PowerFinding {
  /** Whether a power is reported that the card cannot have; else none is reported. */
  readonly isFalse: boolean
  readonly read: string
  readonly fix: string
}

/** Cards whose power is impossible, or not reported; null where every card has a possible one. */
export function readingFinding(cards: readonly CardSnapshot[]): PowerFinding | null {
  const impossible = cards.flatMap((card) => impossiblePower(card) ?? [])
  if (impossible.length > 0) return { isFalse: true, read: impossible.join('; '), fix: FALSE_POWER_FIX }
  // of a faulty card, card-health names the cell
  const silent = cards.filter((card) => powerOf(card) === null && card.sick.length === 0)
  if (silent.length === 0) return null
  const names = silent.map((card) => `GPU ${nameOf(card)}`).join(', ')
  return { isFalse: false, read: `power.draw of ${names} not reported by the driver`, fix: NO_POWER_FIX }
}

const powerOf = (card: CardSnapshot): number | null =>
  numberIn(card, 'power.draw') ?? numberIn(card, 'power.draw.instant')

function impossiblePower(card: CardSnapshot): string | null {
  const powerW = powerOf(card)
  if (powerW === null) return null
  const at = `GPU ${nameOf(card)}: the sensor reports ${powerW} W at ${card.values['utilization.gpu'] ?? '?'} % utilisation`
  if (powerW <= 0) return at
  const ceilingW = powerCeilingW({
    name: card.values['name'] ?? '',
    powerLimitW: numberIn(card, 'enforced.power.limit') ?? numberIn(card, 'power.limit'),
    powerDefaultLimitW: numberIn(card, 'power.default_limit'),
    powerMaxLimitW: numberIn(card, 'power.max_limit'),
  })
  return ceilingW !== null && powerW > ceilingW ? `${at}; it cannot draw more than ${Math.round(ceilingW)} W` : null
}
