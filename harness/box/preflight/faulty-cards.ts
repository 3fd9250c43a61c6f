import type { Check } from '../../telemetry/doctor/check.ts'
import type { BoxPlan } from '../plan/box-plan.ts'
import { type Narrowed, withoutBlocked } from './narrow.ts'

/** Faults that end no night: a card with one is measured, or its server does not start, and the verdict names it. */
const STILL_MEASURED: ReadonlySet<string> = new Set([
  ...['card-health', 'inforom', 'temperature', 'ecc-errors', 'memory-rows', 'xid', 'pcie-width', 'pcie-generation'],
  // each card can be measured alone without it
  'peer-to-peer',
])

/**
 * A plan after the doctor. A fault of some cards, such as a process on one of them or a compute mode that keeps servers out, leaves
 * out the servers on these cards; a fault of the machine ends the night before anything starts.
 */
export function withoutFaulty(plan: BoxPlan, checks: readonly Check[]): Narrowed {
  const faults = checks.filter(({ id, status }) => status === 'fail' && !STILL_MEASURED.has(id))
  const ofMachine = faults.find(({ cards }) => cards === undefined)
  if (ofMachine !== undefined) {
    const { id, read, fix } = ofMachine
    return { plan, ends: `${id}: ${read}${fix === '' ? '' : `; to fix it: ${fix}`}` }
  }
  if (faults.length === 0) return { plan, ends: null }
  return withoutBlocked(
    plan,
    faults.map(({ id, read, fix, cards = [] }) => ({
      reason: `${id}: ${read}`,
      fix,
      hits: (server) => server.cards.some(({ uuid }) => cards.includes(uuid)),
    })),
  )
}
