import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { makeFleet } from '../../../reports/testing/fleet-builder.ts'
import type { Place } from './place.ts'

/** The boxes that a job can run on: gpu0 to gpu8. */
const BOXES = 9

/**
 * Programs with the names of Slurm's, first on the PATH of a place: every node is idle, and a job runs to its end while it is
 * submitted. The state of a job is then what its script has written, as with a controller that has forgotten it; joulemark of
 * a box is a program that leaves simulated records of that box. A real Slurm is in scripts/actions/fleet/slurm.e2e.test.ts.
 * After `upgraded` exists in the folder, boxes have the newer driver.
 */
export function addSlurm({ folder, env }: Pick<Place, 'folder' | 'env'>): void {
  const programs = `${folder}-slurm`
  const { baseline, candidate } = makeFleet({ boxes: BOXES, source: 'simulated' })
  writeBoxes(join(programs, 'before'), baseline)
  writeBoxes(join(programs, 'after'), candidate)
  writeProgram(join(programs, 'sinfo'), SINFO)
  writeProgram(join(programs, 'squeue'), `echo '{"jobs":[]}'\n`)
  writeProgram(join(programs, 'sbatch'), `here=${programs}\n${SBATCH}`)
  writeProgram(join(programs, 'on-box', 'joulemark'), `runs=${programs} upgraded=${folder}/upgraded\n${ON_BOX}`)
  env['PATH'] = `${programs}${delimiter}${env['PATH']}`
}

function writeBoxes(folder: string, runs: readonly RunRecord[]): void {
  for (const run of runs) {
    const hostname = `gpu${Number(run.host.hostname.replace(/\D+/, ''))}`
    const path = join(folder, hostname, `${run.id}-${run.startedAt.slice(11, 13)}`)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'run.json'), JSON.stringify({ ...run, host: { ...run.host, hostname } }))
  }
}

function writeProgram(path: string, script: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${script}`)
  chmodSync(path, 0o755)
}

const SINFO = `while [ "$1" != -n ]; do shift; done
for node in $(echo "$2" | tr , ' '); do echo "$node|idle|gpu:8|none"; done
`

const SBATCH = `for word; do
  case $word in
    --nodelist=*) node=\${word#*=};;
    --output=*) log=\${word#*=};;
  esac
done
export SLURM_JOB_ID=$$ SLURMD_NODENAME=$node PATH=$here/on-box:$PATH
sh >>"$log" 2>&1
echo "$SLURM_JOB_ID"
`

/** The records are those of runs that have begun now. */
const ON_BOX = `while [ "$1" != --out ]; do shift; done
side=before; [ -e "$upgraded" ] && side=after
mkdir -p "$2" && cp -r "$runs/$side/$SLURMD_NODENAME/." "$2" || exit 3
sed -i "s/\\"startedAt\\":\\"[^\\"]*\\"/\\"startedAt\\":\\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\"/" "$2"/*/run.json
`
