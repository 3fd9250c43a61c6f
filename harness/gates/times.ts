import { isKnown, numberOf } from '../record/measured.ts'
import type { ClientTokens, ServerTrial } from '../record/schema/server.ts'
import { isBeyond, limitText, percent, relativeDifference, type Threshold, warnsAbove } from './threshold.ts'

/** Both sides of one trial: what the client counted and what the server counted. */
export interface Sides {
  readonly index: number
  readonly client: ClientTokens
  readonly server: ServerTrial
}

/** Beyond this the client is slow, or what lies between it and the server. */
export const timeDifference = warnsAbove({
  what: 'difference between the mean TTFT or TPOT of the client and of the server',
  value: 0.05,
  unit: 'share',
})
/** What HTTP and the wire cost a first token, whatever the server does: no finding below it. */
export const ttftFloor = warnsAbove({ what: 'smallest difference in mean TTFT that counts', value: 2, unit: 'ms' })
export const tpotFloor = warnsAbove({ what: 'smallest difference in mean TPOT that counts', value: 0.1, unit: 'ms' })

/**
 * Client and server time the same thing, first tokens and tokens after the first: where the means over a whole trial
 * are too far apart, the worst trial of each metric with how many there were. Trials with requests of other clients are
 * left out, because the means of the server are over all of its requests.
 */
export function timeFindings(sides: readonly Sides[]): string[] {
  const ours = sides.filter(
    ({ client, server }) => !isKnown(server.requestSuccess) || server.requestSuccess === client.requestsOk,
  )
  return [
    worstOf('TTFT', ours, ttftFloor, ({ client, server }) => [
      numberOf(client.ttftMeanMs),
      numberOf(server.ttftMeanMs),
    ]),
    // with several tokens per step the gaps of the server are not those of the client
    worstOf('TPOT', ours, tpotFloor, ({ client, server }) => [
      numberOf(client.tpotMeanMs),
      server.tokensPerStep === 1 ? numberOf(server.itlMeanMs) : null,
    ]),
  ].filter((finding) => finding !== null)
}

function worstOf(
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
  const [worst] = apart.toSorted((a, b) => b.share - a.share)
  if (worst === undefined) return null
  const both = `${worst.clientMs.toFixed(1)} ms here and ${worst.serverMs.toFixed(1)} ms at the server`
  return `${name} is ${both} in trial ${worst.index} (${percent(worst.share)} apart; over ${limitText(timeDifference)} in ${apart.length} of ${sides.length} trials): the client, a proxy, or a server that is slow to send`
}
