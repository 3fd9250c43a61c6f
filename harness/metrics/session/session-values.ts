import { type Measured, measured, missing, quotient } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import type { SessionValues } from '../../record/schema/session.ts'
import { noPercentiles, percentilesOf } from '../../stats/percentiles.ts'
import { isWithin, type Window } from '../trial/in-window.ts'
import { keeps, type Slo } from '../trial/slo.ts'
import { valuesByTurn } from './by-turn.ts'

const NONE_FINISHED = 'no session finished inside the window'
const NONE_WHOLE = 'no session began and finished inside the trial: its time is too short for one'
const MS_PER_HOUR = 3_600_000

/** What the values of the sessions of a trial are computed from. */
export interface SessionWindow extends Window {
  readonly slo: Slo | undefined
  readonly energyJ: Measured
  readonly definitions: number
}

/** One session as far as a trial has its requests. */
interface Seen {
  /** Sent time of its first turn; NaN if that is not in this trial. */
  firstMs: number
  /** Last token of its last turn; NaN likewise. */
  lastMs: number
  isOk: boolean
  keepsSlo: boolean
}

/**
 * The sessions of a trial: values by turn, and of whole sessions. Sessions go on through all trials, so that a session is
 * counted where its last turn ends; how long it took, and whether each turn met the SLO, is known of those that began in
 * the same trial.
 */
export function sessionValues(requests: RequestTable, window: SessionWindow): SessionValues {
  const { startMs, endMs, slo, energyJ, definitions } = window
  const finished = [...sessionsIn(requests, slo ?? {}).values()].filter(
    ({ lastMs, isOk }) => isOk && isWithin(lastMs, window),
  )
  const whole = finished.filter(({ firstMs }) => !Number.isNaN(firstMs))
  const good = whole.filter(({ keepsSlo }) => keepsSlo).length
  const none = finished.length === 0 ? missing(NONE_FINISHED) : null
  return {
    byTurn: valuesByTurn(requests, window, definitions),
    finished: finished.length,
    finishedPerHour: none ?? (finished.length * MS_PER_HOUR) / (endMs - startMs),
    joulesPerFinished: none ?? quotient(energyJ, finished.length, NONE_FINISHED),
    whole: whole.length,
    goodShare:
      slo === undefined
        ? missing('the scenario states no SLO')
        : measured(good / whole.length, none?.reason ?? NONE_WHOLE),
    durationS: percentilesOf(
      whole.map(({ firstMs, lastMs }) => (lastMs - firstMs) / 1000),
      none?.reason ?? NONE_WHOLE,
    ),
  }
}

/** The sessions of a trial without a window, each value missing for this reason. */
export function noSessions(reason: string): SessionValues {
  const none = missing(reason)
  return {
    byTurn: [],
    finished: 0,
    finishedPerHour: none,
    joulesPerFinished: none,
    whole: 0,
    goodShare: none,
    durationS: noPercentiles(reason),
  }
}

function sessionsIn(requests: RequestTable, slo: Slo): Map<number, Seen> {
  const [session, turn, turnsLeft] = [requests.column('session'), requests.column('turn'), requests.column('turnsLeft')]
  const [dispatched, first, last] = [
    requests.column('dispatchedMs'),
    requests.column('firstTokenMs'),
    requests.column('lastTokenMs'),
  ]
  const [output, firstTokens] = [requests.column('outputTokens'), requests.column('firstTokens')]
  const seen = new Map<number, Seen>()
  for (let index = 0; index < requests.length; index += 1) {
    const id = session[index] as number
    if (Number.isNaN(id)) continue
    const known = seen.get(id) ?? { firstMs: Number.NaN, lastMs: Number.NaN, isOk: true, keepsSlo: true }
    seen.set(id, known)
    const [sentMs, lastMs] = [dispatched[index] as number, last[index] as number]
    // several requests of one turn: the first that is sent begins it, the last that ends finishes it
    if (turn[index] === 1) known.firstMs = Number.isNaN(known.firstMs) ? sentMs : Math.min(known.firstMs, sentMs)
    if (turnsLeft[index] === 0) known.lastMs = Number.isNaN(known.lastMs) ? lastMs : Math.max(known.lastMs, lastMs)
    known.isOk &&= requests.isOk(index)
    known.keepsSlo &&= keeps(slo, {
      sentMs,
      firstMs: first[index] as number,
      lastMs,
      tokens: output[index] as number,
      firstTokens: firstTokens[index] as number,
    })
  }
  return seen
}
