/** Hosts, or ends of hosts that begin with a dot, and what OpenTelemetry calls who answers there. */
const PROVIDERS: [host: string, provider: string][] = [
  ['api.openai.com', 'openai'],
  ['.api.openai.com', 'openai'],
  ['api.anthropic.com', 'anthropic'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['-aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['.openai.azure.com', 'azure.ai.openai'],
  ['.services.ai.azure.com', 'azure.ai.inference'],
  ['.models.ai.azure.com', 'azure.ai.inference'],
  ['.amazonaws.com', 'aws.bedrock'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral_ai'],
  ['api.deepseek.com', 'deepseek'],
  ['api.x.ai', 'x_ai'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.cohere.com', 'cohere'],
  ['api.cohere.ai', 'cohere'],
  ['api.moonshot.ai', 'moonshot_ai'],
  ['api.moonshot.cn', 'moonshot_ai'],
  ['openrouter.ai', 'openrouter'],
  ['api.together.xyz', 'together'],
  ['api.together.ai', 'together'],
  ['api.fireworks.ai', 'fireworks'],
  ['api.cerebras.ai', 'cerebras'],
]
const OLLAMA_PORT = '11434'
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])

/** The provider that is known to answer at this address. */
export function toKnownProvider({ hostname, port }: URL): string | undefined {
  if (port === OLLAMA_PORT && LOCAL.has(hostname)) return 'ollama'
  return PROVIDERS.find(([host]) => (/^[.-]/.test(host) ? hostname.endsWith(host) : hostname === host))?.[1]
}
