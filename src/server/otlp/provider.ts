/** The AI SDK names the interface of a provider behind its name: `openai.responses`. */
const SUFFIX = /\.(chat|responses|messages|completion|embedding|image)s?$/

const ALIASES: Readonly<Record<string, string>> = {
  'az.ai.openai': 'azure.ai.openai',
  azure: 'azure.ai.openai',
  'azure-openai': 'azure.ai.openai',
  'az.ai.inference': 'azure.ai.inference',
  xai: 'x_ai',
  gemini: 'gcp.gemini',
  'google.generative-ai': 'gcp.gemini',
  vertex_ai: 'gcp.vertex_ai',
  vertexai: 'gcp.vertex_ai',
  'google.vertex': 'gcp.vertex_ai',
  google: 'gcp.gen_ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  aws: 'aws.bedrock',
  amazon: 'aws.bedrock',
  'amazon-bedrock': 'aws.bedrock',
  bedrock: 'aws.bedrock',
  moonshot: 'moonshot_ai',
}

/** The provider's name in today's conventions, so that one provider is one row whoever reports it. */
export function toProvider(name: string): string {
  const short = name.trim().toLowerCase().replace(SUFFIX, '')
  return Object.hasOwn(ALIASES, short) ? ALIASES[short]! : short
}
