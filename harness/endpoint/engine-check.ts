import { engineOf } from '../engines/table.ts'
import { auditWords, engineName, unprovedWords } from '../engines/words.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import { type Check, pass, type Rule, warn } from '../telemetry/doctor/check.ts'

const rules = {
  engine: {
    id: 'engine',
    why: 'what a run can prove depends on the engine that serves it',
    fix: 'give the address of the engine itself: a proxy may hide what it is',
  },
  counters: {
    id: 'token-counters',
    why: 'without counters the usage of its answers is the only count of tokens, and no run is quotable',
    fix: 'give the address of the engine itself: a proxy may hide its counters',
  },
} as const satisfies Record<string, Rule>

/** Checks of the server behind an endpoint: which engine it is and what cannot be proved on it, and its counters. */
export function engineChecks(endpoint: Endpoint): Check[] {
  const { engine, countersReason } = endpoint
  const { counters } = engineOf(engine)
  const read = `${engineName(endpoint)}, serves ${endpoint.model}; ${unprovedWords(endpoint)}`
  // those of some engines appear with the first request, which a doctor without a load does not send
  const mayAppear = counters?.appearWithRequests === true
  const fix = counters === null ? undefined : counters.switchedOnBy
  return [
    (engine === null ? warn : pass)(rules.engine, read),
    countersReason === undefined
      ? pass(rules.counters, auditWords(endpoint))
      : warn(
          rules.counters,
          `${auditWords(endpoint)}${mayAppear ? '; they appear with the first request' : ''}`,
          ...(fix === undefined ? [] : [fix]),
        ),
  ]
}
