import type { SettingAnswer } from '../tune/settings/answer.ts'
import type { CardState } from '../tune/settings/cards.ts'
import type { CardHands } from '../tune/settings/hands.ts'
import { typedLine } from '../tune/settings/typed.ts'
import { makeCardState } from './found-card.ts'

/** A card that answers a call on it with its own words, or as usual with null. */
export type Answer = (call: readonly string[]) => SettingAnswer | null

/** Cards in memory, and every call that was typed. */
export function fakeHands(cards: Partial<CardState>[] = [{}], answer: Answer = () => null) {
  const states = new Map(
    cards
      .map((card) =>
        makeCardState({ ...(card.powerLimitW == null ? {} : { enforcedLimitW: card.powerLimitW }), ...card }),
      )
      .map((card) => [card.uuid, card]),
  )
  const locks = new Map<string, string>()
  const typed: string[] = []
  const change = (uuid: string, over: Partial<CardState>): void => {
    states.set(uuid, { ...(states.get(uuid) as CardState), ...over })
  }
  const hands: CardHands = {
    read: async (uuids) => uuids.map((uuid) => states.get(uuid) as CardState),
    line: (call) => typedLine({ program: 'nvidia-smi', before: [] }, call),
    wait: async () => undefined,
    type: async (call) => {
      typed.push(call.join(' '))
      const said = answer(call)
      if (said !== null) return said
      const [, uuid = '', option, value = ''] = call
      if (option === '-pl') change(uuid, { powerLimitW: Number(value), enforcedLimitW: Number(value) })
      if (option === '-lgc') locks.set(uuid, value)
      if (option === '-rgc') locks.delete(uuid)
      const [minMHz, maxMHz] = value.split(',')
      const locked =
        option === '-lgc' ? `GPU clocks set to "(gpuClkMin ${minMHz}, gpuClkMax ${maxMHz})" for GPU x\n` : ''
      return { returnCode: 0, text: `${locked}All done.\n` }
    },
  }
  return { hands, typed, locks, change, stateOf: (uuid: string) => states.get(uuid) as CardState }
}
