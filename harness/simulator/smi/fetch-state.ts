import { get, request as openRequest } from 'node:http'
import type { SettingReply, SettingRequest } from './setting.ts'
import type { SmiState } from './state.ts'

/** Fetches the state of the cards at these times (epoch ms), or now without any. Rejects when there is no answer. */
export function fetchSmiStates(simulatorUrl: string, momentsMs: readonly number[]): Promise<SmiState[]> {
  const query = momentsMs.length === 0 ? '' : `?atMs=${momentsMs.join(',')}`
  return new Promise((resolve, reject) => {
    const request = get(`${simulatorUrl}/simulator/smi-state${query}`, { agent: false }, (response) => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (part: string) => {
        text += part
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as SmiState[])
        else reject(new Error(`status ${response.statusCode}`))
      })
    })
    request.on('error', reject)
  })
}

/** Sets cards of the simulator, which keeps the truth. Rejects when there is no answer. */
export function postSetting(simulatorUrl: string, setting: SettingRequest): Promise<SettingReply> {
  return new Promise((resolve, reject) => {
    const posted = openRequest(
      `${simulatorUrl}/simulator/smi-setting`,
      { method: 'POST', agent: false },
      (response) => {
        response.setEncoding('utf8')
        let text = ''
        response.on('data', (part: string) => {
          text += part
        })
        response.on('error', reject)
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text) as SettingReply)
          else reject(new Error(`status ${response.statusCode}`))
        })
      },
    )
    posted.on('error', reject)
    posted.end(JSON.stringify(setting))
  })
}
