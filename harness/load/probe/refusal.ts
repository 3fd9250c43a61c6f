import { keyAdvice } from '../../endpoint/access/endpoint-error.ts'
import type { Address } from '../../endpoint/address.ts'
import { JoulemarkError } from '../../errors.ts'
import type { Outcome } from '../../record/rows.ts'

/** How the first request of a load failed; `error` holds the server's own words, without secrets. */
export interface Refusal {
  readonly outcome: Outcome
  readonly httpStatus: number | null
  readonly error: string
  /** The key that was sent. */
  readonly apiKey: string | null
}

/** HTTP statuses that another request may not get: the server is busy or limits the rate. */
const notNow: ReadonlySet<number> = new Set([408, 425, 429])

/**
 * The error of a run whose first request failed. A request that the server refuses can be fixed by the user (`bad-input`);
 * anything else is a failure of the server (`environment`).
 */
export function refusalOf({ url }: Address, { outcome, httpStatus, error, apiKey }: Refusal): JoulemarkError {
  const where = `endpoint ${url}:`
  if (httpStatus === 401 || httpStatus === 403) {
    return new JoulemarkError('bad-input', `${where} HTTP ${httpStatus}: not authorised; ${keyAdvice(apiKey)}`)
  }
  if (outcome === 'http-4xx' && httpStatus !== null && !notNow.has(httpStatus)) {
    return new JoulemarkError('bad-input', `${where} the first request of the load was refused: ${error}`)
  }
  return new JoulemarkError('environment', `${where} the first request of the load failed (${outcome}): ${error}`)
}
