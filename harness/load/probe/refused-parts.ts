import type { BodyPlan, RequestPart } from '../../plan/body/body-plan.ts'

/** How servers say that a prompt must be text, in their own words. */
const NO_LIST =
  /valid string|type string|expected (?:a )?str|must be (?:a )?str|unmarshal array|invalid type: sequence|type 'string'|did not match any variant/i

const isRefused: Readonly<Record<RequestPart, (message: string) => boolean>> = {
  'token ids': (message) => /prompt/i.test(message) && NO_LIST.test(message),
  ignore_eos: (message) => message.includes('ignore_eos'),
  min_tokens: (message) => message.includes('min_tokens'),
}

/**
 * The plan of a body without what the server refused, by the words of its refusal; null where they name nothing that can be
 * omitted. `continuous_usage_stats` is omitted first without being named: many servers do not know it.
 */
export function withoutRefused(body: BodyPlan, message: string): BodyPlan | null {
  const { without = [], api } = body
  const parts = (Object.keys(isRefused) as RequestPart[]).filter(
    (part) => !without.includes(part) && !(part === 'token ids' && api === 'chat') && isRefused[part](message),
  )
  const isUsageNamed = body.continuousUsage === true && message.includes('continuous_usage_stats')
  if (parts.length > 0) {
    return { ...body, without: [...without, ...parts], ...(isUsageNamed ? { continuousUsage: false } : {}) }
  }
  return body.continuousUsage === true ? { ...body, continuousUsage: false } : null
}
