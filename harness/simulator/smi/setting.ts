import type { CardChange } from '../card/simulated-card.ts'
import type { SmiGpu } from './state.ts'

/** Who may set the cards: forbidden is a user, or a container, without rights; unsupported are cards such as those of laptops. */
export const settingRights = ['allowed', 'forbidden', 'unsupported'] as const
export type SettingRights = (typeof settingRights)[number]

/** A call that sets cards, as nvidia-smi passes it to the simulator. */
export interface SettingRequest {
  /** null = all cards. */
  readonly ids: readonly string[] | null
  readonly change: CardChange
}

/** What nvidia-smi prints, and its return code. */
export interface SettingReply {
  readonly text: string
  readonly code: number
}

const WARNING = 'Treating as warning and moving on.\n'
const TERMINATED = 'Terminating early due to previous errors.\n'
const code = { ok: 0, badArgument: 2, noPermission: 4, noDevices: 6 } as const

/** The cards that `-i` names: by number, UUID or PCI address. */
export const selectGpus = <Gpu extends Pick<SmiGpu, 'index' | 'uuid' | 'pci'>>(
  gpus: readonly Gpu[],
  ids: readonly string[] | null,
): Gpu[] =>
  gpus.filter(
    (gpu) => ids === null || ids.some((id) => [String(gpu.index), gpu.uuid, gpu.pci.busId].includes(id.trim())),
  )

/**
 * Sets cards one after the other through `set`, and answers as nvidia-smi does: texts and codes from public terminal sessions. A
 * refusal ends the call, and the cards before it stay set. A card that does not support a setting is a warning, and code 0.
 */
export function answerSetting(
  { ids, change }: SettingRequest,
  gpus: readonly SmiGpu[],
  rights: SettingRights,
  set: (index: number, change: CardChange) => void,
): SettingReply {
  const chosen = selectGpus(gpus, ids)
  if (chosen.length === 0) return { text: 'No devices were found\n', code: code.noDevices }
  let text = ''
  for (const gpu of chosen) {
    if (rights === 'forbidden')
      return { text: `${text}${forbidden(gpu, change)}${TERMINATED}`, code: code.noPermission }
    if (rights === 'unsupported') {
      text += `${unsupported(gpu, change)}${WARNING}`
      continue
    }
    const outside = change.kind === 'limit' && isOutside(gpu, change.watts)
    if (outside) return { text: `${text}${outsideText(gpu, change.watts)}${TERMINATED}`, code: code.badArgument }
    set(gpu.index, change)
    text += done(gpu, change)
  }
  return { text: `${text}All done.\n`, code: code.ok }
}

const watts = (value: number): string => `${value.toFixed(2)} W`

const isOutside = ({ power }: SmiGpu, limitW: number): boolean => limitW < power.minLimitW || limitW > power.maxLimitW

const outsideText = ({ power, pci }: SmiGpu, limitW: number): string =>
  `Provided power limit ${watts(limitW)} is not a valid power limit which should be between ${watts(power.minLimitW)} and ${watts(power.maxLimitW)} for GPU ${pci.busId}\n`

const forbidden = ({ pci }: SmiGpu, change: CardChange): string =>
  change.kind === 'limit'
    ? `Failed to set power management limit for GPU ${pci.busId}: Insufficient Permissions\n`
    : `The current user does not have permission to change clocks for GPU ${pci.busId}.\n`

const unsupported = ({ pci }: SmiGpu, change: CardChange): string =>
  change.kind === 'limit'
    ? `Changing power management limit is not supported for GPU: ${pci.busId}.\n`
    : `Setting locked GPU clocks is not supported for GPU ${pci.busId}.\n`

function done({ pci, power }: SmiGpu, change: CardChange): string {
  switch (change.kind) {
    case 'limit':
      return `Power limit for GPU ${pci.busId} was set to ${watts(change.watts)} from ${watts(power.limitW)}.\n`
    case 'lock':
      return `GPU clocks set to "(gpuClkMin ${change.minMHz}, gpuClkMax ${change.maxMHz})" for GPU ${pci.busId}\n`
    case 'unlock':
      // it prints nothing of the card
      return ''
  }
}
