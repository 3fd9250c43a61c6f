import { missing } from '../record/measured.ts'
import { fail, type GateRows, pass, unmeasured } from './gate-rows.ts'
import type { MeasuredRun } from './measured-run.ts'
import { makeWall, makeWallSource } from './wall-builder.ts'

/** Rows of the gate about the power of the server. The cards of the run have 1010 J in its trial. */

const server = (energyJ: number): MeasuredRun => ({ wall: makeWall(energyJ) })
const withBar = (energyJ: number, sensorGain: number): MeasuredRun => {
  const wall = makeWall(energyJ)
  const sources = wall.sources.map((source) => ({
    ...source,
    trials: source.trials.map((trial) => ({ ...trial, errorTermsJ: { sensorGain } })),
  }))
  return { wall: { ...wall, sources } }
}
const withCpu = (energyJ: number, cpuJ: number): MeasuredRun => {
  const trial = { trial: 0, energyJ: cpuJ, meanPowerW: cpuJ / 57.5, coverage: 1, samples: 57, errorTermsJ: {} }
  const rapl = makeWallSource({ source: 'rapl', covers: 'cpu', trials: [trial] })
  return { wall: makeWall(energyJ, { sources: [...makeWall(energyJ).sources, rapl], cpu: 'rapl' }) }
}

export const wallRows: GateRows = {
  'server-power': [
    pass('a server that draws what its cards draw', server(1010), { at: 'excess' }),
    fail('one that draws a little less', server(1009.9), { beyond: 'excess' }),
    pass('one that draws more', server(2000)),
    pass('one that draws less, within its error bar', withBar(970, 41)),
    fail('one that draws less than its error bar allows', withBar(970, 39)),
    pass('with its CPUs', withCpu(1210, 200)),
    fail('less than cards and CPUs together', withCpu(1209, 200)),
    unmeasured('a run that did not read it', { wall: null }),
    unmeasured('no source', { wall: makeWall(2000, { server: null, sources: [] }) }),
    unmeasured('a trial without an energy of the server', {
      wall: makeWall(2000, {
        sources: [
          makeWallSource({ trials: [{ ...makeWall(1).sources[0]!.trials[0]!, energyJ: missing('too few readings') }] }),
        ],
      }),
    }),
  ],
}
