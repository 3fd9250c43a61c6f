import { isDesktopName, isServerName } from '../../gates/card/server-processes.ts'
import { type Names, REDACTED, redactImage, redactText } from './redact-text.ts'

/** Fields that always hold a name. */
const nameFields = new Set([
  'hostname',
  'serial',
  'boardSerial',
  'pciBusId',
  'pci.bus_id',
  'busId',
  'user',
  'username',
  'ip',
  'mac',
])

/** Fields with a rule of their own. */
const fieldRules: Readonly<Record<string, (text: string, names: Names) => string>> = {
  containerImage: redactImage,
  kernel: (text) => plainKernel(text),
}

/** A JSON value with all texts redacted, including keys that are GPU UUIDs. Null stays null. */
export function redactValue(value: unknown, names: Names): unknown {
  if (typeof value === 'string') return redactText(value, names)
  if (Array.isArray(value)) return value.map((each) => redactValue(each, names))
  if (typeof value !== 'object' || value === null) return value
  const isProcess = 'pid' in value && 'name' in value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = names.gpus.get(key) ?? key
      if (isProcess && key === 'pid' && typeof inner === 'number') return [name, names.pids.get(inner) ?? 0]
      if (typeof inner !== 'string') return [name, redactValue(inner, names)]
      if (nameFields.has(key)) return [name, REDACTED]
      if (isProcess && key === 'name') return [name, redactText(programOf(inner), names)]
      return [name, (fieldRules[key] ?? redactText)(inner, names)]
    }),
  )
}

/**
 * The program of a process, without its folder and its arguments, which hold user names and tokens. What the gates read in
 * the whole name stays: a server or a desktop is still one.
 */
export function programOf(name: string): string {
  // nvidia-smi: "[Not Found]", "[Insufficient Permissions]"
  if (name.startsWith('[')) return name
  if (isDesktopName(name) && /^[\w ]+$/.test(name)) return name
  const path = /^[a-z]:\\.*?\.exe\b/i.exec(name)?.[0] ?? name.split(/\s/)[0] ?? ''
  const program = path.split(/[/\\]/).at(-1) || REDACTED
  const rank = /TP\d+/.exec(name)?.[0]
  const lost = [
    ...(isServerName(name) && !isServerName(program) ? ['vllm'] : []),
    // a program that is a desktop by itself is none with these arguments
    ...(isDesktopName(program) && !isDesktopName(name) ? ['…'] : []),
    ...(rank === undefined || program.includes(rank) ? [] : [rank]),
  ]
  return lost.length === 0 ? program : `${program} (${lost.join(' ')})`
}

/** The system and the version of its kernel, without a suffix that a company gave to its own. */
export function plainKernel(kernel: string): string {
  const known =
    /^\S+ \d+(?:\.\d+)*(?:-\d+)*(?:[-.](?:generic|lowlatency|amd64|arm64|aarch64|x86_64|azure|aws|gcp|oracle|cloud|nvidia|nvidia-64k|pve|rt|arch1|zen1|tegra|el\d+(?:_\d+)?|fc\d+|microsoft-standard|WSL2)(?:-\d+)?)*/
  return known.exec(kernel)?.[0] ?? REDACTED
}
