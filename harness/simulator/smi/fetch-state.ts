import { get } from 'node:http'
import type { SmiState } from './state.ts'

/** Asks the simulator for the state of its cards. Rejects when it is gone. */
export function fetchSmiState(simulatorUrl: string): Promise<SmiState> {
  return new Promise((resolve, reject) => {
    const request = get(`${simulatorUrl}/simulator/smi-state`, { agent: false }, (response) => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (part: string) => {
        text += part
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as SmiState)
        else reject(new Error(`status ${response.statusCode}`))
      })
    })
    request.on('error', reject)
  })
}
