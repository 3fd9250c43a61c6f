import { isKnown, numberOf } from '../record/measured.ts'
import type { ClientTokens, ServerTrial } from '../record/schema/server.ts'
import { counted } from '../units.ts'
import { isBeyond, limitText, percent, relativeDifference, type Threshold, warnsAbove } from './threshold.ts'

/** The counts of the client and of the server in one trial. */
export interface Sides {
  readonly index: number
  readonly client: ClientTokens
  readonly server: ServerTrial
}

/** A larger difference means a slow client, or a delay between client and server. */
export const timeDifference = warnsAbove({
  what: 'difference between the mean TTFT or TPOT of the client and of the server',
  value: 0.05,
  unit: 'share',
})
/** HTTP and network add this to a first token; smaller differences give no finding. */
export const ttftFloor = warnsAbove({ what: 'smallest difference in mean TTFT that counts', value: 2, unit: 'ms' })
export const tpotFloor = warnsAbove({ what: 'smallest difference in mean TPOT that counts', value: 0.1, unit: 'ms' })

/**
 * Compares the mean TTFT and TPOT of client and server over each trial. Returns, per metric, the largest excess difference
 * and the number of such trials. Trials with requests of other clients are excluded, because the means of the server are
 * over all of its requests.
 */
export function timeFindings(sides: readonly Sides[]): string[] {
  const ours = sides.filter(isOurs)
  return [
    largestExcess('TTFT', ours, ttftFloor, ({ client, server }) => [
      numberOf(client.ttftMeanMs),
      numberOf(server.ttftMeanMs),
    ]),
    // with several tokens per step the server's gaps differ from the client's
    largestExcess('TPOT', ours, tpotFloor, ({ client, server }) => [
      numberOf(client.tpotMeanMs),
      server.tokensPerStep === 1 ? numberOf(server.itlMeanMs) : null,
    ]),
  ].filter((finding) => finding !== null)
}

/** Whether no request of another client ended in the trial, as far as the server counts them. */
const isOurs = ({ client, server }: Sides): boolean =>
  !isKnown(server.requestSuccess) || server.requestSuccess === client.requestsOk

/** Mean TTFT of one trial here and at the server, ms. */
export interface TtftPair {
  readonly index: number
  readonly clientMs: number
  readonly serverMs: number
}

/** The trial in which the mean TTFT of the client is the largest multiple of the server's own; null if none can be compared. */
export function worstTtft(sides: readonly Sides[]): TtftPair | null {
  const pairs = sides.filter(isOurs).flatMap(({ index, client, server }) => {
    const [clientMs, serverMs] = [numberOf(client.ttftMeanMs), numberOf(server.ttftMeanMs)]
    return clientMs === null || serverMs === null || serverMs <= 0 ? [] : [{ index, clientMs, serverMs }]
  })
  const [worst] = pairs.toSorted((a, b) => b.clientMs / b.serverMs - a.clientMs / a.serverMs)
  return worst ?? null
}

function largestExcess(
  name: string,
  sides: readonly Sides[],
  floor: Threshold,
  times: (side: Sides) => readonly [client: number | null, server: number | null],
): string | null {
  const apart = sides.flatMap((side) => {
    const [clientMs, serverMs] = times(side)
    if (clientMs === null || serverMs === null || serverMs === 0) return []
    const share = relativeDifference(clientMs, serverMs)
    return isBeyond(timeDifference, share) && isBeyond(floor, Math.abs(clientMs - serverMs))
      ? [{ index: side.index, clientMs, serverMs, share }]
      : []
  })
  const [largest] = apart.toSorted((a, b) => b.share - a.share)
  if (largest === undefined) return null
  const values = `${largest.clientMs.toFixed(1)} ms by the client and ${largest.serverMs.toFixed(1)} ms by the server`
  return `${name} is ${values} in trial ${largest.index} (${percent(largest.share)} apart; over ${limitText(timeDifference)} in ${apart.length} of ${counted(sides.length, 'trial')}): a slow client, a proxy, or a server that is slow to send`
}
