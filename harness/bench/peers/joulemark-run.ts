import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MODEL } from '../../load/loopback/exact-answer.ts'
import { known, OUTPUT_TOKENS, PROMPT_TOKENS, type Tool, TRUE_GAP_MS } from './peer-load.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
/** This tool: a whole `run` with calibration, warm-up and record. */
export function joulemark(version: string): Tool {
  const answerSeconds = (OUTPUT_TOKENS * TRUE_GAP_MS) / 1000
  return {
    name: 'joulemark',
    version,
    command({ streams, requestsPerStream, rampSeconds }, url, folder) {
      const scenario = join(folder, 'peers.yaml')
      const seconds = Math.max(2, Math.round(requestsPerStream * answerSeconds + rampSeconds))
      writeFileSync(
        scenario,
        [
          'name: peers',
          'title: Exact server',
          'kind: text',
          `model: ${MODEL}`,
          `load: { shape: closed, concurrency: ${streams}, rampSeconds: ${rampSeconds} }`,
          `prompt: { tokens: ${PROMPT_TOKENS}, prefixCache: cold }`,
          `output: { tokens: ${OUTPUT_TOKENS} }`,
          `trial: { seconds: ${seconds}, warmupSeconds: 6, quietSeconds: 0.8 }`,
          'certainty: { target: 5%, minTrials: 1, maxTrials: 1 }',
        ].join('\n'),
      )
      const cli = here('../../../scripts/cli.ts')
      const node = [process.execPath, '--max-semi-space-size=4', '--import', import.meta.resolve('tsx')]
      return [
        ...node,
        cli,
        'run',
        scenario,
        '--endpoint',
        url,
        '--no-gpu',
        '--trials',
        '1',
        '--out',
        join(folder, 'results'),
        '--no-progress',
      ]
    },
    read(folder, readText) {
      const [run = ''] = readdirSync(join(folder, 'results')).filter((name) => !name.startsWith('.'))
      const record = JSON.parse(readText(join(folder, 'results', run, 'run.json')))
      const [trial] = record.trials
      const gate = record.gates.find(({ id }: { id: string }) => id === 'client-headroom')
      return {
        ttftP50Ms: known(trial.ttftMs.p50),
        ttftP99Ms: known(trial.ttftMs.p99),
        gapP50Ms: known(trial.chunkGapMs.p50),
        gapP99Ms: known(trial.chunkGapMs.p99),
        tokensPerS: known(trial.outputTokensPerS),
        says: `client-headroom ${gate.status}${gate.status === 'pass' ? '' : `: ${gate.evidence}`}`,
      }
    },
  }
}
