import { fixFor, libraryVersionIn, mismatchFix } from '../host/advice.ts'
import { compareVersions } from '../host/kernel-module.ts'
import { slowStart } from '../sampler/watched-loop.ts'
import { failureInText } from '../smi/failures.ts'
import { coreFields } from '../smi/fields.ts'
import { type Check, fail, notMeasured, pass, type Rule, warn } from './check.ts'
import type { Facts } from './facts.ts'
import { REQUIRED_ROWS } from './first-rows.ts'

const rules = {
  'nvidia-smi': {
    id: 'nvidia-smi',
    why: 'power, memory and clocks are read from it',
    fix: 'install the NVIDIA driver; in a container, start it with --gpus all',
  },
  'first-row': {
    id: 'first-row',
    why: 'a run reads nvidia-smi five times per second, and requires each reading when it is made',
    fix: 'sudo nvidia-smi -pm 1; then check dmesg for Xid lines',
  },
  'driver-versions': {
    id: 'driver-versions',
    why: 'an upgraded driver does not work with the kernel module of the old one, which is loaded until the next boot',
    fix: 'reboot',
  },
  cuda: {
    id: 'cuda',
    why: "vLLM's wheel requires a driver that supports its CUDA version",
    fix: 'install a newer driver, or a vLLM build for this CUDA version',
  },
  fields: {
    id: 'fields',
    why: 'what the driver does not report cannot be measured; older drivers report less',
    fix: 'install driver 550 or newer',
  },
} as const satisfies Record<string, Rule>

/** Checks of the driver: present, working, one version, new enough, and with the fields that sampling requires. */
export function driverChecks(facts: Facts, needsCuda: string | null): Check[] {
  return [smiCheck(facts), firstRowCheck(facts), versionCheck(facts), cudaCheck(facts, needsCuda), fieldsCheck(facts)]
}

function smiCheck({ listing, failure, surroundings }: Facts): Check {
  const rule = rules['nvidia-smi']
  if (failure !== null) return fail(rule, failure.said, fixFor(failure, surroundings))
  if (listing.kind === 'failed')
    return warn(rule, `${listing.said}; the other cards answer`, fixFor(listing, surroundings))
  return pass(rule, listing.stdout.trim().split('\n').slice(0, 8).join('; ') || 'works')
}

function firstRowCheck({ firstRows, failure, snapshot }: Facts): Check {
  const rule = rules['first-row']
  if (failure !== null) return notMeasured(rule, 'nvidia-smi does not work')
  if (snapshot.kind === 'failed') return notMeasured(rule, 'no card can be read')
  if ('reason' in firstRows) return fail(rule, firstRows.reason)
  const { ms, rows, events } = firstRows
  const after = `after ${Math.round(ms)} ms`
  const said = events.length === 0 ? '' : `; ${events.slice(0, 3).join('; ')}`
  // a faulty card is the cause, wherever its text is seen
  const fix = failureInText(events.join('\n'))?.fix ?? rule.fix
  if (rows < REQUIRED_ROWS) return fail(rule, `${after}, and then ${rows} of ${REQUIRED_ROWS} rows${said}`, fix)
  if (events.length > 0) return warn(rule, `${after}${said}`, fix)
  const slow = slowStart(ms)
  return slow === null ? pass(rule, `${after}, then ${rows - 1} more`) : warn(rule, `${after}; ${slow}`)
}

function versionCheck({ versions, surroundings, snapshot, failure }: Facts): Check {
  const rule = rules['driver-versions']
  const card = snapshot.kind === 'ok' ? snapshot.cards[0] : undefined
  const seen = {
    'nvidia-smi': versions?.['nvidia-smi version'] ?? null,
    NVML: versions?.['nvml version'] ?? (failure === null ? null : libraryVersionIn(failure.said)),
    driver:
      versions?.['kmd version'] ??
      versions?.['driver version'] ??
      card?.values['kmd_version'] ??
      card?.values['driver_version'] ??
      null,
    'kernel module': surroundings.kernelModule?.version ?? null,
  }
  // a Jetson prints N/A for its driver
  const reported = Object.entries(seen).filter((entry): entry is [string, string] => /^\d/.test(entry[1] ?? ''))
  const read = reported.map(([name, version]) => `${name} ${version}`).join(', ')
  if (reported.length < 2) return notMeasured(rule, read || 'no version reported')
  const first = reported[0]?.[1] as string
  return reported.every(([, version]) => compareVersions(version, first) === 0)
    ? pass(rule, read)
    : fail(rule, read, mismatchFix(seen.NVML ?? seen['nvidia-smi'], surroundings))
}

function cudaCheck({ versions }: Facts, needsCuda: string | null): Check {
  const rule = rules.cuda
  const found = versions?.['cuda version'] ?? versions?.['cuda umd version'] ?? null
  if (found === null || !/^\d/.test(found)) return notMeasured(rule, 'CUDA version not reported by the driver')
  if (needsCuda === null) return pass(rule, `CUDA ${found}; no version required`)
  const [major = 0, minor = 0] = found.split('.').map(Number)
  const [needMajor = 0, needMinor = 0] = needsCuda.split('.').map(Number)
  const isEnough = major > needMajor || (major === needMajor && minor >= needMinor)
  return (isEnough ? pass : fail)(rule, `CUDA ${found}; ${needsCuda} required`)
}

function fieldsCheck({ knownFields, failure, snapshot }: Facts): Check {
  const rule = rules.fields
  if (failure !== null) return notMeasured(rule, 'nvidia-smi does not work')
  if (knownFields.size === 0)
    return warn(rule, 'nvidia-smi --help-query-gpu lists no field; the core fields are queried')
  const missing = coreFields.filter(({ name }) => !knownFields.has(name)).map(({ name }) => name)
  const missingOptional = snapshot.kind === 'ok' ? snapshot.missingFields.length : 0
  const read = `${knownFields.size} fields; ${missing.length === 0 ? 'all core fields' : `without ${missing.join(', ')}`}; ${missingOptional} optional fields missing`
  if (missing.includes('power.draw') || missing.includes('uuid')) return fail(rule, read)
  return (missing.length === 0 ? pass : warn)(rule, read)
}
