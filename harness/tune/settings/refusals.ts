import { JoulemarkError } from '../../errors.ts'
import type { OperatingSetting } from '../../operating/point.ts'
import type { CardState } from './cards.ts'
import { refuseOthers, refuseUnseen, type UseFacts } from './others.ts'

/** Everything that decides whether cards may be set, known before anything is written. */
export interface SettingFacts extends UseFacts {
  readonly cards: readonly CardState[]
  /** `None`, `Pass-Through`, `VGPU` or `Host VGPU`, by UUID; null where it is not reported. */
  readonly virtualization: ReadonlyMap<string, string | null>
  /** Whether the measured server runs on this machine; null: it cannot be known. */
  readonly location: { readonly isThisMachine: boolean | null; readonly reason: string }
}

/** Throws the first reason why these cards must not be set to these values, in one line. */
export function refuseUnsettable(facts: SettingFacts, asked: readonly OperatingSetting[]): void {
  if (facts.location.isThisMachine !== true) throw elsewhere(facts.location)
  if (facts.cards.length === 0) throw new JoulemarkError('environment', 'no card was found whose limit could be set')
  for (const card of facts.cards) refuseShared(card, facts.virtualization.get(card.uuid) ?? null)
  refuseOthers(facts)
  refuseUnseen(facts)
  for (const setting of asked) refuseOutside(facts.cards, setting)
}

/** Throws if a setting is outside what these cards take, or cannot be given back because it was not read. */
export function refuseOutside(cards: readonly CardState[], { powerLimitW, smClockMHz }: OperatingSetting): void {
  for (const card of cards) {
    if (powerLimitW !== null) refuseLimit(card, powerLimitW)
    if (smClockMHz !== null) refuseClock(card, smClockMHz)
  }
}

function elsewhere({ isThisMachine, reason }: SettingFacts['location']): JoulemarkError {
  const what =
    isThisMachine === false
      ? `the server runs on another machine (${reason})`
      : `it cannot be known whether the server runs on this machine (${reason})`
  return new JoulemarkError('bad-input', `${what}: limits and clocks are set where its cards are; run joulemark there`)
}

function refuseShared({ uuid, name, migMode }: CardState, virtualization: string | null): void {
  if (uuid.startsWith('MIG-') || migMode === 'Enabled') {
    throw new JoulemarkError(
      'environment',
      `${uuid} (${name}) is cut into MIG slices, which share one limit and one clock; turn MIG off to tune it`,
    )
  }
  if (virtualization !== null && /vgpu/i.test(virtualization)) {
    throw new JoulemarkError(
      'environment',
      `${uuid} (${name}) is shared by virtual machines (${virtualization}): its limit belongs to all of them`,
    )
  }
}

function refuseLimit(card: CardState, watts: number): void {
  const { uuid, name, minLimitW, maxLimitW, powerLimitW } = card
  if (minLimitW === null || maxLimitW === null || powerLimitW === null) {
    throw new JoulemarkError(
      'environment',
      `${uuid} (${name}) takes no power limit: nvidia-smi reports no range of limits, as on many laptops and superchips`,
    )
  }
  if (watts < minLimitW || watts > maxLimitW) {
    throw new JoulemarkError(
      'bad-input',
      `a power limit of ${watts} W is outside what ${uuid} (${name}) takes: ${minLimitW} to ${maxLimitW} W`,
    )
  }
}

function refuseClock({ uuid, name, maxSmClockMHz }: CardState, mhz: number): void {
  if (maxSmClockMHz !== null && mhz > maxSmClockMHz) {
    throw new JoulemarkError(
      'bad-input',
      `a clock of ${mhz} MHz is above the highest of ${uuid} (${name}): ${maxSmClockMHz} MHz`,
    )
  }
}
