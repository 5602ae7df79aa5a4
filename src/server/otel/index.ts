export { OpsSpanProcessor, type OpsSpanProcessorOptions } from './span-processor.js'
export type { SdkSpan } from './sdk-span.js'
