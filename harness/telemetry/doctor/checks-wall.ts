import type { WallScope } from '../../record/schema/wall.ts'
import type { WallSourceName } from '../../record/schema/wall-sources.ts'
import type { WallHost } from '../wall/host.ts'
import { openSource, sourcesFor } from '../wall/open.ts'
import type { OpenedSource } from '../wall/source.ts'
import { type Check, notMeasured, pass, type Rule, warn } from './check.ts'

const rules = {
  cpu: {
    id: 'cpu-power',
    why: 'a run can also measure the energy of CPUs and memory, beside that of the cards (docs/wall.md)',
    fix: '',
  },
  server: {
    id: 'server-power',
    why: 'costs rest on the measured power of the whole server where it is known, otherwise on an assumed factor (docs/wall.md)',
    fix: '',
  },
} as const satisfies Record<WallScope, Rule>

/** Longest time for all sources together; they are opened at the same time. */
const LIMIT_MS = 15_000

/** Opens every source that this machine may have or that is configured, and closes it again. */
export async function findWallSources(host: WallHost): Promise<OpenedSource[]> {
  const limit = AbortSignal.timeout(LIMIT_MS)
  const names: readonly WallSourceName[] = sourcesFor('auto', host)
  return Promise.all(names.map((name) => openSource(name, host, limit)))
}

/** What can be read of CPUs and of the server, and what needs rights, with the command. */
export const wallChecks = (sources: readonly OpenedSource[]): Check[] => [
  checkOf('cpu', sources),
  checkOf('server', sources),
]

function checkOf(scope: WallScope, all: readonly OpenedSource[]): Check {
  const rule = rules[scope]
  const sources = all.filter(({ covers }) => covers === scope)
  const texts = sources.filter((source) => !isNoise(source, sources)).map(textOf)
  const read = texts.length === 0 ? 'no source is configured' : texts.join('; ')
  const fixes = sources.flatMap((source) => (source.state === 'ok' || source.fix === '' ? [] : [source.fix]))
  if (sources.some(({ state }) => state === 'ok')) return pass(rule, read)
  const isThere = sources.some(({ state }) => state === 'refused' || state === 'failed')
  return (isThere ? warn : notMeasured)(rule, read, fixes[0] ?? '')
}

/** Nearly every machine has no Grace, and need not hear of it where it has another source. */
const isNoise = ({ source, state }: OpenedSource, sources: readonly OpenedSource[]): boolean =>
  source === 'grace' && state === 'absent' && sources.length > 1

function textOf(source: OpenedSource): string {
  if (source.state !== 'ok') return `${source.source}: ${source.reason}`
  const counted = source.domains.filter((domain) => domain.counted).map(({ domain }) => domain)
  return `${source.source}: ${source.by} (${counted.join(', ')})${source.simulated ? ', SIMULATED' : ''}`
}
