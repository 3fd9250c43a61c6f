import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseStoreAddress } from '../../store/db/address.ts'
import { withStore } from '../../store/db/open.ts'
import { pushRun } from '../../store/push.ts'

/**
 * One of the processes of `npm run bench:store`: pushes the runs of a folder, so many at once, each over a connection of its
 * own, from the one at `from` on. Prints a line for each when the store has confirmed it.
 */
const [address = '', folder = '', from = '0', atOnce = '1'] = process.argv.slice(2)
const store = parseStoreAddress(address, 'the address')
const names = readdirSync(folder).sort()
const mine = [...names.slice(Number(from)), ...names.slice(0, Number(from))]

async function push(name: string): Promise<void> {
  await withStore(store, process.env, 'write', async (open) => {
    const result = await pushRun(open, join(folder, name))
    if (result.outcome === 'refused') throw new Error(`${result.id}: ${result.reason}`)
    process.stdout.write(`${result.outcome} ${result.digest}\n`)
  })
}

await Promise.all(
  Array.from({ length: Number(atOnce) }, async () => {
    for (let name = mine.shift(); name !== undefined; name = mine.shift()) await push(name)
  }),
)
