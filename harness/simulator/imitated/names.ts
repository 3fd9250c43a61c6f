/** The engines whose surface the simulator can show in place of vLLM's: pages, counters, refusals and form of streams. */
export const imitatedEngines = ['sglang', 'llama.cpp', 'tensorrt-llm', 'tgi', 'ollama'] as const
export type ImitatedEngine = (typeof imitatedEngines)[number]
