import { coreFields } from '../smi/fields.ts'
import { type Check, fail, notMeasured, pass, type Rule, warn } from './check.ts'
import type { Facts } from './facts.ts'

const rules = {
  'nvidia-smi': {
    id: 'nvidia-smi',
    why: 'power, memory and clocks come from it',
    mend: 'install the NVIDIA driver; in a container, start it with --gpus all',
  },
  'first-row': {
    id: 'first-row',
    why: 'a loop that is not flushed line by line cannot be sampled',
    mend: 'sudo nvidia-smi -pm 1; then see dmesg for Xid lines',
  },
  'driver-versions': {
    id: 'driver-versions',
    why: 'a driver that was upgraded under a loaded kernel module fails at the next call',
    mend: 'reboot',
  },
  cuda: {
    id: 'cuda',
    why: "vLLM's wheel needs a driver that supports its CUDA version",
    mend: 'install a newer driver, or a vLLM build for this CUDA version',
  },
  fields: {
    id: 'fields',
    why: 'what the driver does not list cannot be sampled; names come and go with drivers',
    mend: 'install driver 550 or newer',
  },
} as const satisfies Record<string, Rule>

/** The driver: present, answering, of one version, new enough, and with the fields that sampling needs. */
export function driverChecks(facts: Facts, needsCuda: string | null): Check[] {
  return [smiCheck(facts), firstRowCheck(facts), versionCheck(facts), cudaCheck(facts, needsCuda), fieldsCheck(facts)]
}

function smiCheck({ listing }: Facts): Check {
  const rule = rules['nvidia-smi']
  if (listing.kind === 'failed') return fail(rule, listing.reason)
  return pass(rule, listing.stdout.trim().split('\n').slice(0, 8).join('; ') || 'it answers')
}

function firstRowCheck({ firstRow, listing }: Facts): Check {
  const rule = rules['first-row']
  if (listing.kind === 'failed') return notMeasured(rule, 'nvidia-smi does not work')
  return 'ms' in firstRow ? pass(rule, `after ${Math.round(firstRow.ms)} ms`) : fail(rule, firstRow.reason)
}

function versionCheck({ versions, kernelModule, snapshot }: Facts): Check {
  const rule = rules['driver-versions']
  const card = snapshot.kind === 'ok' ? snapshot.cards[0] : undefined
  const seen = {
    'nvidia-smi': versions?.['nvidia-smi version'] ?? null,
    NVML: versions?.['nvml version'] ?? null,
    driver:
      versions?.['kmd version'] ??
      versions?.['driver version'] ??
      card?.values['kmd_version'] ??
      card?.values['driver_version'] ??
      null,
    'kernel module': kernelModule,
  }
  const told = Object.entries(seen).filter((entry): entry is [string, string] => entry[1] !== null)
  const read = told.map(([name, version]) => `${name} ${version}`).join(', ')
  if (told.length < 2) return notMeasured(rule, read || 'no version is told')
  // NVML prints two parts of the version, the others three: equal as far as both go.
  const same = (a: string, b: string) => a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`)
  const first = told[0]?.[1] as string
  return told.every(([, version]) => same(version, first)) ? pass(rule, read) : fail(rule, read)
}

function cudaCheck({ versions }: Facts, needsCuda: string | null): Check {
  const rule = rules.cuda
  const found = versions?.['cuda version'] ?? versions?.['cuda umd version'] ?? null
  if (found === null || !/^\d/.test(found)) return notMeasured(rule, 'the driver tells no CUDA version')
  if (needsCuda === null) return pass(rule, `CUDA ${found}; nothing says which one is needed`)
  const [major = 0, minor = 0] = found.split('.').map(Number)
  const [needMajor = 0, needMinor = 0] = needsCuda.split('.').map(Number)
  const isEnough = major > needMajor || (major === needMajor && minor >= needMinor)
  return (isEnough ? pass : fail)(rule, `CUDA ${found}; ${needsCuda} is needed`)
}

function fieldsCheck({ knownFields, listing, snapshot }: Facts): Check {
  const rule = rules.fields
  if (listing.kind === 'failed') return notMeasured(rule, 'nvidia-smi does not work')
  if (knownFields.size === 0) return warn(rule, 'nvidia-smi --help-query-gpu lists nothing; the core fields are tried')
  const lacking = coreFields.filter(({ name }) => !knownFields.has(name)).map(({ name }) => name)
  const later = snapshot.kind === 'ok' ? snapshot.missingFields.length : 0
  const read = `${knownFields.size} names; ${lacking.length === 0 ? 'all core fields' : `without ${lacking.join(', ')}`}; ${later} of the optional fields are absent`
  if (lacking.includes('power.draw') || lacking.includes('uuid')) return fail(rule, read)
  return (lacking.length === 0 ? pass : warn)(rule, read)
}
