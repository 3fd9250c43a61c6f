import { hostname } from 'node:os'
import { join } from 'node:path'
import type { MeasureTools } from '../../harness/box/measure/tools.ts'
import type { BoxCard } from '../../harness/box/plan/box-plan.ts'
import { runSoak } from '../../harness/box/soak/run-soak.ts'
import { type SoakLane, type SoakLoad, type SoakPlan, soakPlan } from '../../harness/box/soak/soak-plan.ts'
import { watchCards } from '../../harness/box/soak/watch.ts'
import { systemClock } from '../../harness/clock.ts'
import type { ServeOptions } from '../../harness/endpoint/serve/plan.ts'
import { exitCodes } from '../../harness/errors.ts'
import { replaceFile } from '../../harness/record/json-file.ts'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import { SOAK_FILE, writeSoakCertificate } from '../../harness/record/soak/soak-file.ts'
import { runSystemProgram } from '../../harness/telemetry/host/read-host.ts'
import { soakPage } from '../../reports/box/soak/soak-page.ts'
import { soakCertificateText, soakExitCode, soakVerdictText } from '../../reports/box/soak/soak-text.ts'
import type { CommandIo } from '../support/io.ts'
import { toolInfo } from '../support/tool-info.ts'

/** What a soak of `box` is made from. */
export interface SoakSetup {
  /** Hours of load per card. */
  readonly hours: number
  readonly cards: readonly BoxCard[]
  readonly flags: {
    readonly out: string
    readonly resume?: boolean
    /** stdout is for the document of the night. */
    readonly json?: boolean
  }
  readonly serving: ServeOptions
  readonly nvidiaSmi: string
  readonly tools: MeasureTools
  /** Another load, for tests. */
  readonly load?: SoakLoad
  /** Time between two looks at counters and the kernel log; half a minute unless given. */
  readonly lookEveryMs?: number
}

/**
 * Loads all cards at once for some hours, and writes the certificate as JSON, text and page into the folder of the night.
 * Prints the verdict. 0 accepted, 1 rejected, 3 not measured, 130 interrupted. Throws `bad-input` where `--resume` finds
 * another soak, and `DiskError`.
 */
export async function soakBox(setup: SoakSetup, io: CommandIo): Promise<number> {
  const { cards, hours, flags, serving, tools, nvidiaSmi } = setup
  const plan = soakPlan(cards, hours, serving, setup.load)
  for (const { name, reason } of plan.leftOut) tools.say(`${name}: skipped: ${reason}`)
  if (plan.lanes.length === 0) return exitCodes.environmentFailed
  const certificate = await tools.calibrate((plan.lanes[0] as SoakLane).run, plan.lanes.length)
  const { body, isFinished } = await runSoak(plan, {
    outDir: flags.out,
    resume: flags.resume ?? false,
    clock: systemClock,
    signal: tools.signal,
    say: tools.say,
    tool: toolInfo(),
    hostname: hostname(),
    serve: (server) => tools.serve(server),
    run: (lane, at) => oneRound(lane, at, { plan, certificate, tools }),
    watch: (events) =>
      watchCards({
        ...events,
        nvidiaSmi,
        clock: systemClock,
        runProgram: runSystemProgram,
        ...(setup.lookEveryMs === undefined ? {} : { everyMs: setup.lookEveryMs }),
      }),
  })
  const signed = writeSoakCertificate(flags.out, body, loadKey(io.env))
  const [text, page] = ['soak-certificate.txt', 'soak-certificate.html'].map((name) => join(flags.out, name))
  replaceFile(text as string, soakCertificateText(signed))
  replaceFile(page as string, soakPage(signed))
  const verdict = soakVerdictText(signed)
  if (flags.json) io.stderr.write(verdict)
  else io.stdout(verdict)
  io.stderr.write(
    `  burn-in certificate  ${join(flags.out, SOAK_FILE)}\n  as text              ${text}\n  as page              ${page}\n`,
  )
  return isFinished ? soakExitCode(signed) : exitCodes.interrupted
}

interface RoundSetup {
  readonly plan: SoakPlan
  readonly certificate: Awaited<ReturnType<MeasureTools['calibrate']>>
  readonly tools: MeasureTools
}

async function oneRound(
  { card, server, run }: SoakLane,
  { url, stop }: { readonly url: string; readonly stop: AbortSignal },
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
