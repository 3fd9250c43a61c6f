import { readFileSync } from 'node:fs'
import type { FaultName } from './names.ts'

/** An answer in place of an event stream. */
export interface OtherAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const json = { 'content-type': 'application/json' }

/** What is answered to a request for a stream; null where the stream is sent. */
export function otherAnswerOf(faults: readonly FaultName[]): OtherAnswer | null {
  if (faults.includes('error-with-200')) {
    const error = { object: 'error', message: 'CUDA error: device-side assert triggered', type: 'InternalServerError' }
    return { status: 200, headers: json, body: JSON.stringify({ ...error, code: 500 }) }
  }
  if (faults.includes('not-streamed')) {
    const choices = [{ index: 0, text: ' the', finish_reason: 'length' }]
    return { status: 200, headers: json, body: JSON.stringify({ object: 'text_completion', choices }) }
  }
  if (faults.includes('login-page')) {
    const body = readFileSync(new URL('./login-page.html', import.meta.url), 'utf8')
    return { status: 200, headers: { 'content-type': 'text/html' }, body }
  }
  if (faults.includes('redirect')) return { status: 307, headers: { location: 'https://gateway.test/v1' }, body: '' }
  return null
}
