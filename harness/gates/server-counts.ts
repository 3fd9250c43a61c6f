import { isKnown, knownOf, numberOf } from '../record/measured.ts'
import { counted } from '../units.ts'
import type { Sides } from './times.ts'

/** What a server's counters show besides the tokens of this client, one sentence each. */

/** Requests of other clients that ended on the server, with their prompt tokens if known. */
export function otherTraffic({ client, server }: Sides): string[] {
  const ours = client.requestsOk + client.requestsFailed
  if (!isKnown(server.requestSuccess) || server.requestSuccess <= ours) return []
  const prompts = (numberOf(server.promptTokens) ?? 0) - client.usagePromptTokens
  const tokens = prompts > 0 && client.requestsFailed === 0 ? ` with ${prompts} prompt tokens` : ''
  const count = server.requestSuccess - ours
  return [`traffic from other clients: ${counted(count, 'other request')}${tokens} ended on this server`]
}

/** Tokens of other models on the same server: they shared its time, or its card. */
export function otherModels({ server }: Sides, names: readonly string[] = []): string[] {
  const tokens = server.otherModelTokens === undefined ? 0 : (numberOf(server.otherModelTokens) ?? 0)
  if (tokens === 0) return []
  return [`another model on this server was at work (${names.join(', ') || 'its name was not read'}): ${tokens} tokens`]
}

/** Answers that this server did not end: another server behind the same address did. */
export function otherServers({ client, server }: Sides): string[] {
  if (!isKnown(server.requestSuccess) || server.requestSuccess >= client.requestsOk) return []
  return [
    `this server ended ${server.requestSuccess} of ${client.requestsOk} answers: another server behind the same address ended the others`,
  ]
}

/** Trials between which the server started anew: it was cold in the later one. */
export function restartsBetween(sides: readonly Sides[]): string[] {
  const starts = sides.map(({ server }) => knownOf([server.processStartS ?? []].flat())[0])
  return sides.flatMap(({ index }, place) => {
    const [before, after] = [starts[place - 1], starts[place]]
    if (before === undefined || after === undefined || Math.abs(after - before) < 1) return []
    return after > before
      ? [`the server restarted before trial ${index}`]
      : [`trial ${index} was measured on another server: its process is older than that of the trial before`]
  })
}
