import { hostname } from 'node:os'
import { join } from 'node:path'
import type { MeasureTools } from '../../harness/box/measure/tools.ts'
import type { PlannedSoak, SoakLane } from '../../harness/box/plan/box-plan.ts'
import type { RoundPlace } from '../../harness/box/soak/lane.ts'
import { runSoak } from '../../harness/box/soak/run-soak.ts'
import { watchCards } from '../../harness/box/soak/watch.ts'
import { systemClock } from '../../harness/clock.ts'
import type { CardTime } from '../../harness/plan/card-time.ts'
import { replaceFile } from '../../harness/record/json-file.ts'
import type { SoakCertificate } from '../../harness/record/schema/soak.ts'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import { SOAK_FILE, writeSoakCertificate } from '../../harness/record/soak/soak-file.ts'
import { runSystemProgram } from '../../harness/telemetry/host/read-host.ts'
import { soakPage } from '../../reports/box/soak/soak-page.ts'
import { soakCertificateText, soakVerdictText } from '../../reports/box/soak/soak-text.ts'
import type { Live } from '../live/live.ts'
import { type Suite, suiteOf } from '../live/suite.ts'
import { longest } from '../live/time-left.ts'
import { pushIfNamed } from '../store/push-runs.ts'
import type { CommandIo } from '../support/io.ts'
import { toolInfo } from '../support/tool-info.ts'

/** What a soak of `box` is made with. */
export interface SoakSetup {
  readonly flags: {
    readonly out: string
    readonly resume?: boolean
    readonly store?: string | false
  }
  readonly nvidiaSmi: string
  readonly tools: MeasureTools
  /** What its rounds are shown on. */
  readonly live: Live
}

/**
 * Loads all cards of a plan at once for its hours, writes the certificate as JSON, text and page into the folder of the night, says
 * how it ended, pushes its runs where a store is named, and returns it. Throws `bad-input` where `--resume` finds another soak, and `DiskError`.
 */
export async function soakBox(plan: PlannedSoak, setup: SoakSetup, io: CommandIo): Promise<SoakCertificate> {
  const { flags, tools, nvidiaSmi, live } = setup
  const certificate = await tools.calibrate((plan.lanes[0] as SoakLane).run, plan.lanes.length)
  const rounds: string[] = []
  const suites = new Map<string, Suite>()
  live.beyond((ofRunMs) => longest([...suites.values()].flatMap((suite) => suite.left(ofRunMs))))
  const body = await runSoak(plan, {
    outDir: flags.out,
    resume: flags.resume ?? false,
    clock: systemClock,
    signal: tools.signal,
    say: tools.say,
    tool: toolInfo(),
    hostname: hostname(),
    serve: (server) => tools.serve(server),
    run: async (lane, at) => {
      const { uuid } = lane.card
      const suite = suites.get(uuid) ?? suiteOf('soak', roundTimes(plan), { done: at.round })
      suites.set(uuid, suite)
      const round = await suite.next(() => oneRound(lane, at, { plan, certificate, tools }))
      rounds.push(round.directory)
      return round
    },
    watch: (events) => watchCards({ ...events, nvidiaSmi, clock: systemClock, runProgram: runSystemProgram }),
  })
  const signed = writeSoakCertificate(flags.out, body, loadKey(io.env))
  replaceFile(join(flags.out, 'soak-certificate.txt'), soakCertificateText(signed))
  replaceFile(join(flags.out, 'soak-certificate.html'), soakPage(signed))
  io.stderr.write(soakVerdictText(signed))
  // an interrupted night has no answer that names its files
  if (tools.signal.aborted) io.stderr.write(`  burn-in certificate  ${join(flags.out, SOAK_FILE)}\n`)
  await pushIfNamed(rounds, flags.store, io)
  return signed
}

const roundTimes = ({ rounds, roundSeconds }: PlannedSoak): CardTime[] =>
  Array.from({ length: rounds }, () => ({ minS: roundSeconds, maxS: roundSeconds }))

interface RoundSetup {
  readonly plan: PlannedSoak
  readonly certificate: Awaited<ReturnType<MeasureTools['calibrate']>>
  readonly tools: MeasureTools
}

async function oneRound(
  { card, server, run }: SoakLane,
  { url, stop }: RoundPlace,
  { plan, certificate, tools }: RoundSetup,
) {
  const underLoad = plan.lanes.map((lane) => lane.card.uuid)
  const command = server.launch.kind === 'server' ? [...server.launch.serverCommand] : []
  const { finished, error } = await tools.run(run, {
    server,
    url,
    part: underLoad.length === 1 ? 'alone' : 'together',
    underLoad,
    lanes: underLoad.length,
    serverStart: { number: 1, of: 1, command },
    certificate,
    drain: stop,
  })
  if (error !== null) throw error
  const [last] = finished.slice(-1)
  if (last === undefined) throw new Error(`GPU ${card.index}: no record`)
  return last
}
