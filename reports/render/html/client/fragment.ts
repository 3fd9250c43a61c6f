/** The id that the hash of an address names; a hash that is not encoded as one, such as `#%`, is taken as it is. */
export function fragmentId(hash: string): string {
  const id = hash.replace(/^#/, '')
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}
