/* Parts of the documents of Redfish (DMTF DSP0268): everything in them is checked, because controllers differ. */

/** Above what one server draws. */
const MOST_W = 1_000_000

const at = (document: unknown, key: string | number): unknown =>
  typeof document === 'object' && document !== null && Object.hasOwn(document, key)
    ? (document as Record<string | number, unknown>)[key]
    : undefined

/** A text at a path of keys; null where there is none. */
export function textAt(document: unknown, path: readonly string[]): string | null {
  const value = path.reduce<unknown>(at, document)
  return typeof value === 'string' ? value : null
}

/** The paths of the members of a collection, those of this controller only. */
export function membersOf(document: unknown): string[] {
  const members = at(document, 'Members')
  if (!Array.isArray(members)) return []
  return members.flatMap((member) => {
    const path = textAt(member, ['@odata.id'])
    return path?.startsWith('/redfish/') ? [path] : []
  })
}

/** The power of a chassis in W; null where the document has none, or 0, which controllers give before they know it. */
export function chassisPower(document: unknown, of: 'EnvironmentMetrics' | 'Power'): number | null {
  if (of === 'EnvironmentMetrics') return watts(at(at(document, 'PowerWatts'), 'Reading'))
  const controls = at(document, 'PowerControl')
  if (!Array.isArray(controls)) return null
  // the first is the whole chassis; some controllers list processors and memory behind it
  return controls.map((control) => watts(at(control, 'PowerConsumedWatts'))).find((value) => value !== null) ?? null
}

/** A number above 0; some controllers write it as text. */
function watts(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,7}(\.\d{1,6})?$/.test(value) ? Number(value) : value
  return typeof number === 'number' && number > 0 && number <= MOST_W ? number : null
}
