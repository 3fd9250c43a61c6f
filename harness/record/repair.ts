import type { z } from 'zod'
import { missing } from './measured.ts'
import { type RunRecord, runRecordSchema } from './schema/run.ts'

/** A record that fits its schema, and the parts dropped to achieve that, one line each. */
export interface Repaired {
  readonly record: RunRecord
  readonly dropped: readonly string[]
}

/** Far more parts than one bug breaks; the limit only ends a search without result. */
const MAX_STEPS = 1000

type Branch = Record<PropertyKey, unknown>

/**
 * The record with every part that its schema refuses set to null, or to a missing value with its reason, or dropped if
 * those are refused too. The parent of a part is dropped only if the schema requires the part. Null if no valid record
 * remains.
 */
export function repaired(record: RunRecord): Repaired | null {
  const draft = structuredClone(record) as unknown as Branch
  const tries = new Map<string, number>()
  const dropped = new Map<string, string>()
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const result = runRecordSchema.safeParse(draft)
    if (result.success) return { record: result.data, dropped: [...dropped.values()] }
    const [first] = result.error.issues
    const issue = first && innermost(first)
    if (!issue || !dropOne(draft, issue.path, tries)) return null
    const path = nameOf(issue.path)
    const isAround = [...dropped.keys()].some((inner) => inner.startsWith(`${path}.`))
    if (!dropped.has(path)) dropped.set(path, isAround ? `${path} with it` : `${path} (${issue.message})`)
  }
  return null
}

/** The part of a value that a union refuses: by the alternative that fits everything else. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const near = issue.errors.find((inner) => inner.length === 1 && inner[0]!.path.length > 0)?.[0]
  return near === undefined ? issue : innermost({ ...near, path: [...issue.path, ...near.path] })
}

/** Substitutes for a refused part, in the order in which they are tried; after them the part is dropped. */
const substitutes: readonly unknown[] = [null, missing('the measured value does not fit the record schema')]

/** One step: a substitute for the deepest untried part, then without that part, then without its parent. */
function dropOne(draft: Branch, path: readonly PropertyKey[], tries: Map<string, number>): boolean {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const part = path.slice(0, depth)
    const tried = tries.get(nameOf(part)) ?? 0
    const parent = part.slice(0, -1).reduce<unknown>((branch, key) => (branch as Branch | null)?.[key], draft)
    if (tried > substitutes.length || typeof parent !== 'object' || parent === null) continue
    tries.set(nameOf(part), tried + 1)
    const key = part[depth - 1] as PropertyKey
    if (tried < substitutes.length) (parent as Branch)[key] = substitutes[tried]
    else if (Array.isArray(parent)) removeElement(parent, part, tries)
    else delete (parent as Branch)[key]
    return true
  }
  return false
}

/** Later elements move up, so attempts recorded for their new positions do not apply to them. */
function removeElement(list: unknown[], path: readonly PropertyKey[], tries: Map<string, number>): void {
  list.splice(Number(path.at(-1)), 1)
  const prefix = `${nameOf(path.slice(0, -1))}.`
  for (const name of tries.keys()) if (name.startsWith(prefix)) tries.delete(name)
}

const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join('.')
