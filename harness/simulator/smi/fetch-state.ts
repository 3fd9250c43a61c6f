import { askSimulator } from '../ask-simulator.ts'
import type { SettingReply, SettingRequest } from './setting.ts'
import type { SmiState } from './state.ts'

/** Fetches the state of the cards at these times (epoch ms), or now without any. Rejects when there is no answer. */
export function fetchSmiStates(simulatorUrl: string, momentsMs: readonly number[]): Promise<SmiState[]> {
  const query = momentsMs.length === 0 ? '' : `?atMs=${momentsMs.join(',')}`
  return askSimulator(`${simulatorUrl}/simulator/smi-state${query}`)
}

/** Sets cards of the simulator, which keeps the truth. Rejects when there is no answer. */
export const postSetting = (simulatorUrl: string, setting: SettingRequest): Promise<SettingReply> =>
  askSimulator(`${simulatorUrl}/simulator/smi-setting`, setting)
