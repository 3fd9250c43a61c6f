import { JoulemarkError } from '../../harness/errors.ts'
import type { Gpu } from '../../harness/record/schema/gpu.ts'

const VARIABLE = 'CUDA_VISIBLE_DEVICES'

/**
 * The card that is proved: the first that CUDA_VISIBLE_DEVICES names, by its number in nvidia-smi or by UUID, else the first of
 * nvidia-smi; null where there is none. Throws `bad-input` for a name that no card has.
 */
export function provedCard(gpus: readonly Gpu[], env: NodeJS.ProcessEnv): Gpu | null {
  const [first = null] = gpus
  const named = env[VARIABLE]?.split(',')[0]?.trim()
  if (!named || first === null) return first
  const chosen = gpus.find(({ uuid, index }) => uuid.startsWith(named) || String(index) === named)
  if (chosen !== undefined) return chosen
  const names = gpus.map(({ uuid, index }) => `${index} (${uuid})`).join(', ')
  throw new JoulemarkError('bad-input', `${VARIABLE}=${named} names no card of nvidia-smi: it has ${names}`)
}

/**
 * What a program needs in its environment to use this card and no other. CUDA numbers cards by speed and nvidia-smi by slot, so
 * that a number could name two; the UUID names one. An empty variable hides every card, and stays.
 */
export const onlyOn = (card: Gpu | null, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  card === null || env[VARIABLE] === '' ? {} : { [VARIABLE]: card.uuid }
