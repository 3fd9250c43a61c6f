import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { sealed } from '../../harness/evidence/seal.ts'
import { toJson } from '../../harness/record/json-file.ts'
import { makeFleet, uuidOf } from './fleet-builder.ts'

/**
 * The joulemark of a box in a test of a fleet, as a program: it leaves in its --out folder what `run` leaves there, three simulated
 * runs of this host, without measuring. FLEET_BOX is the number of the box, which decides its card, FLEET_SPEED its speed
 * beside the others, and FLEET_SIDE is `candidate` after the change of the driver.
 */
const BOXES = 12
const out = process.argv[process.argv.indexOf('--out') + 1]!
const box = Number(process.env['FLEET_BOX'])
const speed = Number(process.env['FLEET_SPEED'] ?? 1)
const side = process.env['FLEET_SIDE'] === 'candidate' ? 'candidate' : 'baseline'
const sides = makeFleet({
  boxes: BOXES,
  source: 'simulated',
  odd: (each) => (each === box && speed !== 1 ? { speed } : undefined),
})
const runs = sides[side].filter(({ gpus }) => gpus.some(({ uuid }) => uuid === uuidOf(box)))
if (runs.length === 0) throw new Error(`FLEET_BOX: expected 0 to ${BOXES - 1}, got ${process.env['FLEET_BOX']}`)
for (const [index, { manifestSha256: _, signature: __, ...run }] of runs.entries()) {
  const startedAt = new Date(Date.now() + index * 1000).toISOString()
  const id = `${startedAt.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${hostname()}`
  const record = sealed({ ...run, id, startedAt, host: { ...run.host, hostname: hostname() }, files: {} })
  mkdirSync(join(out, id), { recursive: true })
  writeFileSync(join(out, id, 'run.json'), toJson(record))
}
