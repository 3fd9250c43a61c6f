import type { Model } from '../catalogue/types.ts'

/** Embedding, output head and norms stay in 16 bits in every checkpoint of the catalogue. */
const headBytesOf = (model: Model): number => model.headBytesPerParam ?? 2

/** Parameters of the output head: hidden · vocab. */
export const headParams = (model: Model): number => model.hiddenSize * model.vocab

/** Bytes of all weights as stored: linear parameters in their format, embedding, head and norms in 16 bits unless the model says otherwise. */
export function weightBytes(model: Model): number {
  return model.linearParams * model.linearBytesPerParam + (model.totalParams - model.linearParams) * headBytesOf(model)
}

/**
 * Distinct experts that a step of `tokens` tokens uses: with uniform routing E · (1 - (1 - k/E)^tokens), which
 * is an upper bound on the bytes read; at least k, which the physical limit uses.
 */
function expertsTouched(model: Model, tokens: number, bound: 'limit' | 'expected'): number {
  if (model.experts === null) return 1
  const { count, perToken } = model.experts
  return bound === 'limit' ? perToken : count * (1 - (1 - perToken / count) ** Math.max(1, tokens))
}

/** Linear parameters that a step of `tokens` tokens reads: all of a dense model, only used experts otherwise. */
function linearParamsRead(model: Model, tokens: number, bound: 'limit' | 'expected'): number {
  if (model.experts === null) return model.linearParams
  const { count, perToken } = model.experts
  // linear = shared + E·e and active = shared + k·e give e, the parameters of one expert over all layers
  const oneExpert = (model.linearParams - model.activeLinearParams) / (count - perToken)
  const shared = model.activeLinearParams - perToken * oneExpert
  return shared + oneExpert * expertsTouched(model, tokens, bound)
}

/** Output head, norms and biases. The input embedding is a row lookup and not included unless it is also the head. */
function unquantisedParamsRead(model: Model): number {
  const rest = model.totalParams - model.linearParams
  // fewer parameters than two vocabulary matrices mean one shared matrix
  return rest < 2 * headParams(model) ? rest : rest - headParams(model)
}

/** Weight bytes that one decode step of `tokens` tokens reads: `q · linear + 2 · (head + norms)`. */
export function weightBytesRead(model: Model, tokens: number, bound: 'limit' | 'expected'): number {
  const linear = linearParamsRead(model, tokens, bound) * model.linearBytesPerParam
  return linear + unquantisedParamsRead(model) * headBytesOf(model)
}
