import type { ClientTokens, ServerTrial } from '../record/schema/server.ts'
import { percent } from './gate.ts'

/** One trial's two sides: what we counted and what the server counted. */
export interface Sides {
  readonly index: number
  readonly client: ClientTokens
  readonly server: ServerTrial
}

/** Times of one thing may be this far apart before that is a finding: the client or what lies between is slow. */
const TIME_TOLERANCE = 0.05
/** What HTTP and the wire cost a first token, whatever the server does: no finding below it. */
const TTFT_FLOOR_MS = 2
const TPOT_FLOOR_MS = 0.1

/**
 * Client and server time the same thing, first tokens and tokens after the first: means over a whole trial more than
 * 5 % apart are a finding, the worst trial of each metric with how many there were. Trials with requests of another
 * client are left out, because the server's means are over all of its requests.
 */
export function timeFindings(sides: readonly Sides[]): string[] {
  const ours = sides.filter(
    ({ client, server }) => server.requestSuccess === null || server.requestSuccess === client.requestsOk,
  )
  return [
    worst('TTFT', ours, TTFT_FLOOR_MS, ({ client, server }) => [client.ttftMeanMs, server.ttftMeanMs]),
    // with several tokens a step the server's gaps are not ours
    worst('TPOT', ours, TPOT_FLOOR_MS, ({ client, server }) => [
      client.tpotMeanMs,
      server.tokensPerStep === 1 ? server.itlMeanMs : null,
    ]),
  ].filter((finding) => finding !== null)
}

function worst(
  name: string,
  sides: readonly Sides[],
  floorMs: number,
  times: (side: Sides) => readonly [here: number | null, there: number | null],
): string | null {
  const apart = sides.flatMap((side) => {
    const [hereMs, thereMs] = times(side)
    if (hereMs === null || thereMs === null || thereMs === 0) return []
    const share = Math.abs(hereMs / thereMs - 1)
    return share > TIME_TOLERANCE && Math.abs(hereMs - thereMs) > floorMs
      ? [{ index: side.index, hereMs, thereMs, share }]
      : []
  })
  const [most] = apart.toSorted((a, b) => b.share - a.share)
  if (most === undefined) return null
  const times_ = `${most.hereMs.toFixed(1)} ms here and ${most.thereMs.toFixed(1)} ms at the server`
  return `${name} is ${times_} in trial ${most.index} (${percent(most.share)} apart; over ${percent(TIME_TOLERANCE)} in ${apart.length} of ${sides.length} trials): the client, a proxy, or a server that is slow to send`
}
