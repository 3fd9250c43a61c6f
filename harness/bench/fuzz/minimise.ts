/**
 * The smallest part of an input that still fails, found by leaving out ever smaller pieces (Zeller and Hildebrandt 2002,
 * without its complements); then every byte that can become a letter does. `fails` is asked at most `tries` times.
 */
export async function minimised(
  input: Buffer,
  fails: (candidate: Buffer) => Promise<boolean>,
  tries = 3000,
): Promise<Buffer> {
  let least = input
  let left = tries
  const keepIf = async (candidate: Buffer): Promise<boolean> => {
    left -= 1
    if (left < 0 || !(await fails(candidate))) return false
    least = candidate
    return true
  }
  for (let size = Math.ceil(input.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length && left > 0; ) {
      const isLess = await keepIf(Buffer.concat([least.subarray(0, at), least.subarray(at + size)]))
      if (!isLess) at += size
    }
  }
  for (let at = 0; at < least.length && left > 0; at += 1) {
    if (least[at] === LETTER) continue
    const plainer = Buffer.from(least)
    plainer[at] = LETTER
    await keepIf(plainer)
  }
  return least
}

const LETTER = 97
