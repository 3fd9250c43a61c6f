import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { blockWith } from '../../../harness/testing/page-blocks.ts'
import { postgresPrograms, startPostgres } from '../../../harness/testing/postgres-server.ts'
import { addSlurm } from './fake-slurm.ts'
import type { Place } from './place.ts'
import { addQuotable, copyExamples, ofOneServer, recent, simulatedFleet, writeFleet, writeRuns } from './records.ts'
import type { CommandRule, PagePlan } from './rules.ts'
import { runCommand } from './run-command.ts'

/** The pages whose commands compare servers, keep their runs and show them. */
const SERVED = /http:\/\/\S+:\d+/

/** Forty servers: `before` and `after`, and `results` with the newer side. */
function addFleet({ folder }: Place): void {
  const { baseline, candidate } = simulatedFleet()
  writeFleet(join(folder, 'before'), baseline)
  writeFleet(join(folder, 'after'), candidate)
  for (const runs of [baseline, candidate]) writeFleet(join(folder, 'results'), runs)
}

/** A loss of one server is in these records: the answer is no. */
const LOST = [1]

/** The canary is upgraded by its owner, before the servers are measured again. */
const upgraded: CommandRule = {
  command: / fleet run .*--out after /,
  more: '--poll 1s',
  before: ({ folder }) => appendFileSync(join(folder, 'upgraded'), ''),
}

/** The store of the pages, `postgres://bench@db/joulemark`: a server of its own, or a file where PostgreSQL is not installed. */
async function addStore({ folder, env, names, stops }: Place): Promise<void> {
  const programs = postgresPrograms()
  if ('reason' in programs) {
    names['store'] = `sqlite:${join(folder, 'store.sqlite')}`
  } else {
    const server = await startPostgres(programs)
    stops.push(server.stop)
    const { host, port, user, database } = await server.newDatabase()
    Object.assign(env, server.env)
    names['store'] = `postgres://${user}@${host}:${port}/${database}?sslmode=disable`
  }
}
const store: readonly [RegExp, string] = [/postgres:\/\/bench@db\/joulemark/, "'{store}'"]

/** Pushes runs into the store of the place, as its servers did. */
async function push({ folder, env }: Place, runs: string): Promise<void> {
  const { code, text } = await runCommand(`joulemark store push ${runs}`, { folder, env })
  if (code !== 0) throw new Error(text)
}

export const comparingPages: Readonly<Record<string, PagePlan>> = {
  'docs/fleet.md': {
    prepare: addFleet,
    rules: [
      { command: / fleet compare /, codes: LOST, leaves: ['ci/fleet.html'] },
      { command: / fleet report after/, codes: LOST },
      { command: / --history /, codes: LOST },
    ],
  },
  'docs/fleet-run.md': {
    prepare: (place) => {
      addSlurm(place)
      // without the hours of its window, which is not open while tests run
      const file = blockWith('fleet-run.md', 'yaml', 'engine: slurm').replace(/^window: .*\n/m, '')
      writeFileSync(join(place.folder, 'fleet.yaml'), file)
    },
    rules: [
      upgraded,
      { command: / fleet run .*--out before/, more: '--poll 1s' },
      { command: / fleet status /, says: /7 measured/ },
      { command: / fleet compare /, leaves: ['ci/fleet.junit.xml'] },
    ],
  },
  'docs/fleet-ansible.md': {
    prepare: ({ folder }) => writeFleet(join(folder, 'results', 'driver-590'), simulatedFleet().candidate),
    rules: [{ command: / fleet report /, codes: LOST }],
  },
  'docs/dashboard.md': {
    prepare: async (place) => {
      copyExamples('*', join(place.folder, 'results'))
      await addStore(place)
      await push(place, `results --store '${place.names['store']}'`)
    },
    rules: [
      { command: / dashboard results/, more: '--port 0', until: SERVED },
      { command: / dashboard --store /, instead: [store, [/--port \d+/, '--port 0']], until: SERVED },
      { command: / dashboard --host /, more: '--port 0', until: SERVED },
    ],
  },
  'docs/monitoring.md': {
    prepare: async (place) => {
      const { baseline, candidate } = simulatedFleet()
      writeFleet(join(place.folder, 'results'), [...recent(baseline), ...recent(candidate)])
      await push(place, 'results/*')
    },
    rules: [
      { command: /--out \/var/, instead: [[/\/var\/\S+\//, '']], leaves: ['joulemark.prom'] },
      { command: /store:since=90d/, leaves: ['joulemark.prom'] },
    ],
  },
  'docs/store.md': {
    prepare: async (place) => {
      const { folder, env, names } = place
      await addStore(place)
      env['JOULEMARK_STORE'] = names['store']
      writeRuns(join(folder, 'results'), [...ofOneServer('baseline'), ...ofOneServer('candidate')], 'gpu7')
      await addQuotable(place, 'results', { hostname: 'gpu7' })
      copyFileSync(join(env['HOME']!, '.config/joulemark/signing-key.pub.pem'), join(folder, 'seller.pem'))
    },
    rules: [
      { command: / store push /, instead: [store] },
      { command: / list /, says: /rtx-4090/ },
      { command: / quote /, more: '--no-pdf' },
    ],
  },
}
