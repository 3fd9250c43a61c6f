import { type PeakLoad, type StatedDemand, usersOf } from './demand.ts'

/** Servers for a load: so many that each gets at most what is promised of it, and the spare ones. */
export interface ServerDemand {
  /** The peak load, in the unit of `perServer`: requests/s or users. */
  readonly demand: number
  /** The load that one server keeps within the SLO. */
  readonly perServer: number
  /** Servers that may fail while the others still carry the load (N + spare). */
  readonly spare: number
}

/** Number of servers: `ceil(demand / per server) + spare`; at least one serves. Infinity where a server serves nothing. */
export function serversFor({ demand, perServer, spare }: ServerDemand): number {
  if (!(perServer > 0)) return Number.POSITIVE_INFINITY
  // a demand that fills its servers exactly needs no further one because of the last digit
  return Math.max(1, Math.ceil(demand / perServer - 1e-9)) + spare
}

/** The highest load of one server within the SLO, in the unit of the peak load. */
export interface ServerLoad {
  readonly value: number
  readonly ci95: readonly [number, number] | null
  /** What is promised of it. */
  readonly conservative: number
}

/** How many servers a card needs, and what that leaves. */
export interface ServerCount {
  readonly today: number
  /** With the growth: what is offered. */
  readonly grown: number
  /** Fewest, if every server takes the load of the high end of the interval; null without one. */
  readonly fewest: number | null
  readonly usersPerServer: number | null
  /** Share by which the peak with its growth may still rise before the serving servers are full. */
  readonly headroomShare: number
}

/** Servers at the conservative end of the highest load; null where a server serves nothing. */
export function countServers(
  server: ServerLoad,
  peak: PeakLoad,
  demand: StatedDemand & { readonly spare: number },
): ServerCount | null {
  const { spare } = demand
  if (!(server.conservative > 0)) return null
  const servers = (load: number, perServer: number) => serversFor({ demand: load, perServer, spare })
  const grown = servers(peak.grown, server.conservative)
  return {
    today: servers(peak.today, server.conservative),
    grown,
    fewest: server.ci95 === null ? null : servers(peak.grown, server.ci95[1]),
    usersPerServer: usersOf(server.conservative, demand),
    headroomShare: peak.grown > 0 ? ((grown - spare) * server.conservative) / peak.grown - 1 : Number.POSITIVE_INFINITY,
  }
}
