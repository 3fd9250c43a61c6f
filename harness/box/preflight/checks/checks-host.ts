import { type Check, fail, notMeasured, pass, type Rule, warn } from '../../../telemetry/doctor/check.ts'
import type { PlannedServer } from '../../plan/box-plan.ts'
import { MAKE_ROOM } from '../blocks.ts'
import { diskFit, gb, missingBytes } from '../disk-fit.ts'
import type { PreflightFacts } from '../facts.ts'
import { stateOf } from './checks-engine.ts'

const rules = {
  disk: { id: 'disk', why: 'a disk that fills up ends a download, and the record of a run', fix: MAKE_ROOM },
  proxy: {
    id: 'proxy',
    why: 'containers and the engine have proxies of their own',
    fix: 'name the proxy by an address that a container reaches, such as that of this machine in its network',
  },
  ports: { id: 'ports', why: 'each server is reached at a port of this machine', fix: '' },
  clock: {
    id: 'clock-offset',
    why: 'TLS and the order of records of several servers depend on it',
    fix: 'sudo timedatectl set-ntp true',
  },
  key: { id: 'signing-key', why: 'only signed runs can be quoted', fix: '' },
} as const satisfies Record<string, Rule>

/** Free bytes against what is downloaded; what does not fit is named. */
export function diskCheck(facts: PreflightFacts, servers: readonly PlannedServer[]): Check {
  const rule = rules.disk
  const fit = diskFit(facts)
  const { images, weights } = facts.disks
  const folders = [
    ...(fit.imageBytes > 0 ? [{ what: 'image', need: fit.imageBytes, disk: images }] : []),
    ...(fit.weightsBytes > 0 ? [{ what: 'weights', need: fit.weightsBytes, disk: weights }] : []),
  ]
  if (folders.length === 0) {
    return weights.state === 'well'
      ? pass(rule, `nothing to download; ${gb(weights.freeBytes)} free in ${weights.folder}`)
      : notMeasured(rule, weights.state === 'fault' ? weights.text : weights.reason)
  }
  const read = folders
    .map(({ what, need, disk }) =>
      disk.state === 'well'
        ? `${gb(need)} of ${what} to download, ${gb(disk.freeBytes)} free in ${disk.folder}`
        : `${gb(need)} of ${what} to download; free bytes not read: ${disk.state === 'fault' ? disk.text : disk.reason}`,
    )
    .join('; ')
  if (fit.lostImages.length > 0) return fail(rule, `${read}: no room for the image`)
  if (fit.lostWeights.length > 0) {
    const lost = fit.lostWeights.map(({ repository }) => repository)
    const hitsAll = servers.every(({ launch }) => launch.repository !== null && lost.includes(launch.repository))
    const names = fit.lostWeights.map((each) => `${each.repository} (${gb(missingBytes(each))})`).join(', ')
    return (hitsAll ? fail : warn)(rule, `${read}; skipped, largest first: ${names}`)
  }
  return folders.some(({ disk }) => disk.state !== 'well') ? notMeasured(rule, read) : pass(rule, read)
}

export function proxyCheck({ proxies }: PreflightFacts): Check {
  const rule = rules.proxy
  const read = proxies.used.length === 0 ? 'none is set' : `${proxies.used.join(', ')} set, and passed on to containers`
  return proxies.notes.length === 0 ? pass(rule, read) : warn(rule, proxies.notes.join('; '))
}

export function portCheck({ ports }: PreflightFacts, servers: readonly PlannedServer[]): Check {
  const rule = rules.ports
  if (ports.length === 0) return notMeasured(rule, 'the plan starts no server')
  const faults = ports.flatMap(({ port, finding }) => (finding.state === 'fault' ? [{ port, finding }] : []))
  const numbers = ports.map(({ port }) => port).join(', ')
  if (faults.length > 0) {
    const taken = faults.map(({ port }) => port)
    const hitsAll = servers.every(({ launch }) => taken.includes(launch.port))
    const fix = [...new Set(faults.map(({ finding }) => finding.fix))].join('; ')
    return (hitsAll ? fail : warn)(rule, faults.map(({ finding }) => finding.text).join('; '), fix)
  }
  const leftovers = ports.flatMap(({ finding }) =>
    finding.state === 'well' && finding.leftover !== null ? [finding.leftover] : [],
  )
  if (leftovers.length > 0) {
    const read = `container ${leftovers.join(', ')} of a start before is up; it is removed when its joulemark is gone`
    return warn(rule, read, `docker rm --force ${leftovers.join(' ')}`)
  }
  return ports.every(({ finding }) => finding.state === 'well')
    ? pass(rule, `${numbers} free`)
    : notMeasured(rule, `${numbers} could not be tried`)
}

/** A clock that is further away than this shows in certificates and in the order of records. */
const MOST_OFFSET_S = 60

export function clockCheck({ hub }: PreflightFacts): Check {
  const rule = rules.clock
  const { clockOffsetS: offset } = hub
  if (offset.state !== 'well') return notMeasured(rule, offset.state === 'fault' ? offset.text : offset.reason)
  const seconds = Math.round(Math.abs(offset.seconds))
  const away = `${seconds} s ${offset.seconds < 0 ? 'behind' : 'ahead of'} ${hub.host}`
  return seconds <= MOST_OFFSET_S ? pass(rule, `within a minute of ${hub.host}`) : warn(rule, away)
}

export function keyCheck({ key }: PreflightFacts): Check {
  const read = key.state !== 'well' ? '' : key.isMade ? key.path : `none yet; the first live run makes ${key.path}`
  return stateOf(rules.key, key, read)
}
