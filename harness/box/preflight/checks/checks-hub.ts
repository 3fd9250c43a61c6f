import { type Check, fail, notMeasured, pass, type Rule, warn } from '../../../telemetry/doctor/check.ts'
import type { PlannedServer } from '../../plan/box-plan.ts'
import { gb, missingBytes } from '../disk-fit.ts'
import type { PreflightFacts } from '../facts.ts'
import { stateOf } from './checks-engine.ts'

const rules = {
  weights: { id: 'weights', why: 'a server loads its weights before it answers', fix: '' },
  hub: { id: 'hub', why: 'what is not in the cache is downloaded before the first measurement', fix: '' },
  token: { id: 'hub-token', why: 'a token that the hub refuses fails every download', fix: '' },
  access: { id: 'hub-access', why: 'some models ask for a licence, to be accepted by hand', fix: '' },
} as const satisfies Record<string, Rule>

/** What of the weights is here, what is to come, and how long that takes. */
export function weightsCheck({ weights, hub, offline }: PreflightFacts): Check {
  const rule = rules.weights
  if (weights.length === 0) return pass(rule, 'the plan downloads none')
  const missing = weights.filter(({ isComplete }) => !isComplete)
  const here = `${weights.length - missing.length} of ${weights.length} repositories are in the cache`
  if (missing.length === 0) return pass(rule, here)
  if (offline !== null) {
    const fix = missing.map(({ repository }) => `hf download ${repository}`).join('; ')
    return warn(rule, `${here}; without the network (${offline}) the others are skipped`, fix)
  }
  const bytes = missing.reduce((sum, each) => sum + missingBytes(each), 0)
  const isPartly = missing.some((each) => each.bytes === null)
  const rate = hub.rate.state === 'well' ? hub.rate.bytesPerS : null
  const time = rate === null ? '' : `, about ${minutes(bytes / rate)} by one connection`
  return pass(rule, `${here}; ${isPartly ? 'more than ' : ''}${gb(bytes)} to download${time}`)
}

const minutes = (seconds: number): string =>
  seconds < 5400 ? `${Math.max(1, Math.round(seconds / 60))} min` : `${(seconds / 3600).toFixed(1)} h`

export function hubCheck({ hub, weights }: PreflightFacts, servers: readonly PlannedServer[]): Check {
  const rule = rules.hub
  const name = hub.isMirror ? `${hub.host} (HF_ENDPOINT)` : hub.host
  const missing = weights.filter(({ isComplete }) => !isComplete).map(({ repository }) => repository)
  if (hub.reach.state === 'fault') {
    const hitsAll = servers.every(({ launch }) => launch.repository !== null && missing.includes(launch.repository))
    return (hitsAll ? fail : warn)(rule, hub.reach.text, hub.reach.fix)
  }
  if (hub.reach.state === 'unknown') return notMeasured(rule, `not asked: ${hub.reach.reason}`)
  const rate =
    hub.rate.state === 'well'
      ? `, ${rateText(hub.rate.bytesPerS)} by one connection`
      : missing.length === 0
        ? ''
        : `; rate not measured: ${hub.rate.state === 'fault' ? hub.rate.text : hub.rate.reason}`
  return pass(rule, `${name} answers in ${Math.round(hub.reach.answerMs)} ms${rate}`)
}

const rateText = (bytesPerS: number): string => {
  const megabits = (bytesPerS * 8) / 1e6
  return `${megabits < 10 ? megabits.toFixed(1) : Math.round(megabits)} Mbit/s`
}

export function tokenCheck({ hub }: PreflightFacts): Check {
  const rule = rules.token
  const { token } = hub
  if (token === null) return pass(rule, 'none is set; public repositories need none')
  return stateOf(rule, token, token.state === 'well' ? `of ${token.user ?? 'an account without a name'}` : '')
}

export function accessCheck({ hub }: PreflightFacts, servers: readonly PlannedServer[]): Check {
  const rule = rules.access
  const { access } = hub
  if (access.length === 0) return pass(rule, 'nothing is downloaded')
  const faults = access.flatMap(({ repository, finding }) =>
    finding.state === 'fault' ? [{ repository, finding }] : [],
  )
  if (faults.length > 0) {
    const lost = faults.map(({ repository }) => repository)
    const hitsAll = servers.every(({ launch }) => launch.repository !== null && lost.includes(launch.repository))
    const read = faults.map(({ finding }) => finding.text).join('; ')
    const fix = [...new Set(faults.map(({ finding }) => finding.fix))].join('; ')
    return (hitsAll ? fail : warn)(rule, read, fix)
  }
  const read = `${access.filter(({ finding }) => finding.state === 'well').length} of ${access.length} repositories may be read`
  const unknowns = access.flatMap(({ repository, finding }) =>
    finding.state === 'unknown' ? [`${repository}: ${finding.reason}`] : [],
  )
  return unknowns.length === 0 ? pass(rule, read) : notMeasured(rule, [read, ...new Set(unknowns)].join('; '))
}
