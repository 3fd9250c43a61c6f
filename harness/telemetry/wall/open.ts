import { type WallSourceName, wallSources } from '../../record/schema/wall-sources.ts'
import type { WallAsked } from './asked.ts'
import { openCommand } from './command.ts'
import { openGrace } from './grace.ts'
import type { WallHost } from './host.ts'
import { openIpmi } from './ipmi.ts'
import { openRapl } from './rapl.ts'
import { openRedfish } from './redfish.ts'
import type { OpenedSource } from './source.ts'

const openers: Readonly<Record<WallSourceName, (host: WallHost, opening: AbortSignal) => Promise<OpenedSource>>> = {
  command: openCommand,
  redfish: openRedfish,
  ipmi: openIpmi,
  grace: openGrace,
  rapl: openRapl,
}

/** The sources to open: the named ones, or all that this machine may have and those that are configured. */
export function sourcesFor(asked: WallAsked, { config }: Pick<WallHost, 'config'>): WallSourceName[] {
  if (asked === 'off') return []
  if (asked !== 'auto') return [...asked]
  return wallSources.filter((name) => (name !== 'redfish' && name !== 'command') || config[name] !== undefined)
}

/** Opens one source, unless `opening` aborts first. Never rejects: what cannot be read is a state with its reason. */
export const openSource = (name: WallSourceName, host: WallHost, opening: AbortSignal): Promise<OpenedSource> =>
  openers[name](host, opening)

/** Whether a source reads this machine, and not one over the network or a meter. */
export const isLocal = (name: WallSourceName, { config }: Pick<WallHost, 'config'>): boolean =>
  name === 'rapl' || name === 'grace' || (name === 'ipmi' && config.ipmi?.host === undefined)
