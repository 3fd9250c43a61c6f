import { type Check, fail, notMeasured, pass, type Rule, warn } from '../../../telemetry/doctor/check.ts'
import type { BoxCard, PlannedServer } from '../../plan/box-plan.ts'
import { isHere, REFRESH_DEVICES } from '../blocks.ts'
import { gb } from '../disk-fit.ts'
import type { Finding, PreflightFacts } from '../facts.ts'

const rules = {
  engine: {
    id: 'container-engine',
    why: 'every server runs in a container',
    fix: 'unset DOCKER_HOST, and start an engine on this machine: joulemark reaches its servers on 127.0.0.1',
  },
  gpus: {
    id: 'gpu-container',
    why: 'a container gets the cards from the NVIDIA container toolkit, which is a package of its own',
    fix: REFRESH_DEVICES,
  },
  image: { id: 'image', why: 'the image of the server is 9 GB to download and 20 GiB on disk', fix: '' },
} as const satisfies Record<string, Rule>

const names = { docker: 'Docker', podman: 'Podman' } as const

export function engineCheck({ engine }: PreflightFacts): Check {
  const rule = rules.engine
  if (engine.state === 'fault') return fail(rule, engine.text, engine.fix)
  if (engine.state === 'unknown') return notMeasured(rule, engine.reason)
  const read = `${names[engine.engine]} ${engine.version}${engine.rootless ? ', rootless' : ''}`
  return engine.elsewhere === null ? pass(rule, read) : warn(rule, `${read}, ${engine.elsewhere}`)
}

/** Whether a container sees the cards; each card that it does not see is named. */
export function gpuCheck({ gpus }: PreflightFacts, cards: readonly BoxCard[]): Check {
  const rule = rules.gpus
  if (gpus.state === 'fault') return fail(rule, gpus.text, gpus.fix)
  if (gpus.state === 'unknown') return notMeasured(rule, gpus.reason)
  const unseen = cards.filter((card) => isHere(card) && !gpus.uuids.includes(card.uuid))
  const read = `${gpus.uuids.length} GPU${gpus.uuids.length === 1 ? '' : 's'} in a container of ${gpus.image}`
  if (unseen.length === 0) return pass(rule, read)
  const text = `${read}; not seen there: ${unseen.map(({ index, uuid }) => `GPU ${index} (${uuid})`).join(', ')}`
  return (unseen.length === cards.length ? fail : warn)(rule, text)
}

/** Whether each image is here or can be pulled. */
export function imageCheck({ images }: PreflightFacts, servers: readonly PlannedServer[]): Check {
  const rule = rules.image
  if (images.length === 0) return notMeasured(rule, 'the plan starts no server')
  const read = images.map(({ image, finding }) => textOf(image, finding)).join('; ')
  const faults = images.flatMap(({ image, finding }) => (finding.state === 'fault' ? [{ image, finding }] : []))
  if (faults.length > 0) {
    const lost = faults.map(({ image }) => image)
    const hitsAll = servers.every(({ launch }) => lost.includes(launch.image))
    const fixes = [...new Set(faults.map(({ finding }) => finding.fix))]
    return (hitsAll ? fail : warn)(rule, read, fixes.join('; '))
  }
  if (images.some(({ finding }) => finding.state === 'unknown')) return notMeasured(rule, read)
  const isSpent = images.some(({ finding }) => finding.state === 'well' && finding.pullsLeft === 0)
  return isSpent
    ? warn(rule, `${read}; the registry allows this address no more pulls without an account`, 'docker login')
    : pass(rule, read)
}

function textOf(image: string, finding: PreflightFacts['images'][number]['finding']): string {
  if (finding.state === 'fault') return finding.text
  if (finding.state === 'unknown') return `${image}: ${finding.reason}`
  const digest = finding.digest === null || image.includes('@') ? '' : ` (${finding.digest.slice(0, 19)})`
  return finding.where === 'here'
    ? `${image}${digest} is here${finding.bytes === null ? '' : `, ${gb(finding.bytes)}`}`
    : `${image}${digest} is in its registry`
}

/** A finding of a check without values of its own. */
export const stateOf = (rule: Rule, finding: Finding, read: string, onFault = warn): Check =>
  finding.state === 'well'
    ? pass(rule, read)
    : finding.state === 'fault'
      ? onFault(rule, finding.text, finding.fix)
      : notMeasured(rule, finding.reason)
