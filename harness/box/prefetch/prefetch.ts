import type { Clock } from '../../clock.ts'
import { inspectedImage } from '../../endpoint/serve/container.ts'
import type { Offline } from '../../endpoint/serve/engine/offline.ts'
import { startFailure } from '../../endpoint/serve/start-failure.ts'
import { StartLog } from '../../endpoint/serve/start-log.ts'
import { messageOf } from '../../errors.ts'
import type { Block } from '../preflight/blocks.ts'
import { cachedWeights } from '../preflight/storage/cached-weights.ts'
import { fetchPackages } from './fetch-packages.ts'
import { fetchWeights } from './fetch-weights.ts'
import type { PrefetchItem } from './items.ts'
import { pullImage } from './pull.ts'
import type { DownloadState } from './rate.ts'

/** One download among those of a plan. */
export interface PrefetchProgress {
  readonly item: PrefetchItem
  readonly number: number
  readonly of: number
  readonly state: DownloadState
}

/** How a download ended: it was here already, has arrived, failed, or is left to the start of its server. */
export type PrefetchEnd = 'here' | 'fetched' | 'failed' | 'left'

export interface PrefetchTools {
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
  /** Time without a byte after which a download is given up. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Why nothing may be downloaded. */
  readonly offline: Offline
  readonly onProgress: (progress: PrefetchProgress) => void
  readonly onEnd: (progress: Omit<PrefetchProgress, 'state'>, end: PrefetchEnd, words: string) => void
}

/**
 * Downloads what a plan requires, one after another, before anything is measured. Never rejects: what cannot be downloaded is
 * a reason to leave out the servers that require it. Ends early when `signal` aborts.
 */
export async function prefetch(items: readonly PrefetchItem[], tools: PrefetchTools): Promise<Block[]> {
  const blocks: Block[] = []
  for (const [index, item] of items.entries()) {
    if (tools.signal.aborted) break
    const place = { item, number: index + 1, of: items.length }
    if (item.kind !== 'image' && blocks.some(({ hits }) => hits({ launch: item.launch } as Hit))) continue
    try {
      const { end, words } = await fetchItem(place, tools)
      tools.onEnd(place, end, words)
    } catch (error) {
      if (tools.signal.aborted) break
      const block = blockOf(item, messageOf(error))
      tools.onEnd(place, 'failed', [block.reason, block.fix].filter((text) => text !== '').join('; '))
      blocks.push(block)
    }
  }
  return blocks
}

type Hit = Parameters<Block['hits']>[0]
type Place = Omit<PrefetchProgress, 'state'>

async function fetchItem(
  place: Place,
  { env, clock, timeoutMs, signal, offline, onProgress, onEnd }: PrefetchTools,
): Promise<{ readonly end: PrefetchEnd; readonly words: string }> {
  const { item } = place
  const { launch, name, bytes } = item
  const patience = { clock, signal, timeoutMs, onState: (state: DownloadState) => onProgress({ ...place, state }) }
  if (item.kind === 'image') {
    const at = { engine: launch.engine, env }
    if ((await inspectedImage(name, '{{.Id}}', at)) !== null) return { end: 'here', words: 'on this machine' }
    if (offline.images !== null) {
      throw new Error(`No such image: ${name}, and nothing may be downloaded (${offline.images})`)
    }
    await pullImage({ image: name, bytes }, at, patience)
    return { end: 'fetched', words: 'pulled' }
  }
  if (item.kind === 'packages') {
    if (launch.kind === 'command') await fetchPackages(launch, env, patience)
    return { end: 'here', words: 'installed in the cache' }
  }
  const cached = await cachedWeights({ repository: name, bytes }, launch.cacheDir)
  if (offline.weights !== null) {
    if (cached.isComplete) return { end: 'here', words: 'in the cache' }
    throw new Error(
      `LocalEntryNotFoundError: ${name} is not in the cache, and nothing may be downloaded (${offline.weights})`,
    )
  }
  try {
    await fetchWeights(launch, name, { env, onNote: (note) => onEnd(place, 'left', `tries again: ${note}`) }, patience)
    return cached.isComplete ? { end: 'here', words: 'in the cache' } : { end: 'fetched', words: 'downloaded' }
  } catch (error) {
    if (signal.aborted) throw error
    if (cached.isComplete)
      return { end: 'here', words: `in the cache; the hub was not asked: ${lastLine(messageOf(error))}` }
    if (/No module named|executable file .*not found/.test(messageOf(error))) {
      return { end: 'left', words: 'its image has no huggingface_hub: the weights are downloaded when it starts' }
    }
    throw error
  }
}

const lastLine = (text: string): string => text.split('\n').at(-1) ?? ''

/** What a failed download keeps from starting, with the cause as a start would name it. */
function blockOf({ kind, name, launch }: PrefetchItem, message: string): Block {
  if (kind === 'packages') {
    const reason = `the packages of trainings were not installed: ${lastLine(message)}`
    return { reason, fix: '', hits: ({ launch: other }) => other.kind === 'command' && other.image === name }
  }
  const { cause, line, advice } = startFailure(message.split('\n'), new StartLog().facts, { fit: null, ...launch })
  return {
    reason: `${kind === 'image' ? `image ${name}` : `weights of ${name}`} not downloaded (${cause}): ${line}`,
    fix: cause === 'unknown' ? '' : advice,
    hits: (server) => (kind === 'image' ? server.launch.image === name : server.launch.repository === name),
  }
}
