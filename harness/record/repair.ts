import { type RunRecord, runRecordSchema } from './schema/run.ts'

/** A record that fits its schema, and what had to be left out for it: one line per part. */
export interface Repaired {
  readonly record: RunRecord
  readonly dropped: readonly string[]
}

/** Far more than one bug breaks; the number only ends a search that leads nowhere. */
const MAX_STEPS = 1000

type Branch = Record<PropertyKey, unknown>

/**
 * The record with every part that its schema refuses set to null, or left out where null is refused too; what holds
 * such a part goes with it only where the schema requires the part. Null when nothing valid is left.
 */
export function repaired(record: RunRecord): Repaired | null {
  const draft = structuredClone(record) as unknown as Branch
  const tries = new Map<string, number>()
  const dropped = new Map<string, string>()
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const result = runRecordSchema.safeParse(draft)
    if (result.success) return { record: result.data, dropped: [...dropped.values()] }
    const [issue] = result.error.issues
    if (!issue || !dropOne(draft, issue.path, tries)) return null
    const path = nameOf(issue.path)
    const isAround = [...dropped.keys()].some((inner) => inner.startsWith(`${path}.`))
    if (!dropped.has(path)) dropped.set(path, isAround ? `${path} with it` : `${path} (${issue.message})`)
  }
  return null
}

/** One step: null in the place of the deepest part that was not tried yet, then without it, then the part around it. */
function dropOne(draft: Branch, path: readonly PropertyKey[], tries: Map<string, number>): boolean {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const part = path.slice(0, depth)
    const tried = tries.get(nameOf(part)) ?? 0
    const parent = part.slice(0, -1).reduce<unknown>((branch, key) => (branch as Branch | null)?.[key], draft)
    if (tried >= 2 || typeof parent !== 'object' || parent === null) continue
    tries.set(nameOf(part), tried + 1)
    const key = part[depth - 1] as PropertyKey
    if (tried === 0) (parent as Branch)[key] = null
    else if (Array.isArray(parent)) removeElement(parent, part, tries)
    else delete (parent as Branch)[key]
    return true
  }
  return false
}

/** The elements behind it move up: what was tried at their new places was tried on others. */
function removeElement(list: unknown[], path: readonly PropertyKey[], tries: Map<string, number>): void {
  list.splice(Number(path.at(-1)), 1)
  const prefix = `${nameOf(path.slice(0, -1))}.`
  for (const name of tries.keys()) if (name.startsWith(prefix)) tries.delete(name)
}

const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join('.')
