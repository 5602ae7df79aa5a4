import { html, nothing, type TemplateResult } from 'lit'
import type { CallRecord, RequestRecord } from '../../bus/protocol.js'
import { toClockTime, toCount, toDuration, toLatency, toPair, toPlural, toRate, UNKNOWN } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { endOf, toTimeline, type Moment, type Timeline } from '../request-timeline.js'
import { activityTag, activityTagStyles } from './activity-tag.js'
import { requestStoryStyles } from './request-story-styles.js'
import { timelineBars, timelineBarsStyles } from './timeline-bars.js'

/** Moments drawn; of a longer story the newest. */
const SHOWN = 500

export const styles = [activityTagStyles, timelineBarsStyles, requestStoryStyles]

/** What a request did until now, with its calls and its log lines. */
export function requestStory(request: RequestRecord, store: LiveStore): TemplateResult {
  const { calls, log } = store.view
  const all = calls ? [...calls.recent, ...calls.active] : []
  const timeline = toTimeline(request, all, log?.rows ?? [])
  const end = endOf(request)
  const duration = request.duration ?? (end ?? store.now()) - request.startedAt
  const cut = timeline.moments.length - SHOWN
  return html`${summary(request, duration, timeline)}
    ${timelineBars(timeline, { from: request.startedAt, to: request.startedAt + duration, now: store.now() })}
    <ol class="story" aria-label="What happened">
      ${cut > 0 ? html`<li class="muted">${toPlural(cut, 'earlier moment')} left out</li>` : nothing}
      ${timeline.moments.slice(-SHOWN).map((moment) => momentRow(moment, request.startedAt))}
    </ol>`
}

function summary(request: RequestRecord, duration: number, { calls }: Timeline): TemplateResult {
  const [input, output] = [sum(calls, 'inputTokens'), sum(calls, 'outputTokens')]
  const entries: [string, TemplateResult | string][] = [
    ['State', state(request)],
    ['Took', toDuration(duration)],
    ['Started', toClockTime(request.startedAt)],
    ['Session', words(request.session)],
    ['Channel', words(request.channel)],
    ['Kind', words(request.name === undefined ? request.kind : `${request.kind} · ${request.name}`)],
    ['Calls', toCount(calls.length)],
    ['Tokens in / out', toPair(input, output, toCount)],
  ]
  return html`<dl>
      ${entries.map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${request.error === undefined ? nothing : html`<p class="note error"><bdi>${request.error}</bdi></p>`}`
}

const words = (text: string | undefined): TemplateResult =>
  html`<bdi title=${text ?? ''}>${text ?? UNKNOWN}</bdi>`

function state({ state, activity }: RequestRecord): TemplateResult {
  if (state === 'active') {
    return activity === undefined || activity === 'working'
      ? html`<span class="tag">working</span>`
      : activityTag(activity)
  }
  const [tone, mark] = state === 'ok' ? ['ok', '✓'] : [state === 'error' ? 'error' : 'muted', '✗']
  return html`<span class=${tone}>${mark} ${state === 'stale' ? 'no end seen' : state}</span>`
}

function sum(calls: readonly CallRecord[], key: 'inputTokens' | 'outputTokens'): number | undefined {
  const known = calls.map((call) => call[key]).filter((count) => count !== undefined)
  return known.length === 0 ? undefined : known.reduce((total, count) => total + count, 0)
}

function momentRow(moment: Moment, start: number): TemplateResult {
  const { what, tone, mark } = tell(moment)
  return html`<li>
    <time title=${toClockTime(moment.time)}>+${toLatency(Math.max(0, moment.time - start))}</time>
    <span class="mark ${tone}" aria-hidden="true">${mark}</span>
    <span class="what ${tone}">${what}</span>
  </li>`
}

interface Told {
  what: TemplateResult | string
  tone: string
  mark: string
}

const OUTCOMES = { ok: 'answered', error: 'failed', cancelled: 'cancelled', stale: 'no end seen', active: '' }
const LEVEL_TONES: Record<string, string> = { warn: 'warn', error: 'error', fatal: 'error' }

function tell(moment: Moment): Told {
  switch (moment.kind) {
    case 'start':
      return { what: 'request came in', tone: '', mark: '●' }
    case 'step': {
      const { step } = moment.request
      return {
        what: html`<bdi>${[step?.kind, step?.name].filter(Boolean).join(': ')}</bdi>`,
        tone: '',
        mark: '▸',
      }
    }
    case 'call':
      return { what: html`call to ${model(moment.call)}`, tone: '', mark: '→' }
    case 'first token':
      return { what: html`first token of ${model(moment.call)}`, tone: 'accent', mark: '▸' }
    case 'call end':
      return callEnd(moment.call)
    case 'line': {
      const { level, source, message } = moment.line
      const tone = LEVEL_TONES[level] ?? 'muted'
      const mark = tone === 'error' ? '◆' : tone === 'warn' ? '■' : '·'
      return {
        what: html`<bdi class="mono">[${level.toUpperCase()}] ${source}: ${message}</bdi>`,
        tone,
        mark,
      }
    }
    case 'end': {
      const { state } = moment.request
      const tone = state === 'ok' ? 'ok' : state === 'error' ? 'error' : 'muted'
      const what = state === 'ok' ? 'done' : state === 'stale' ? 'no end seen' : state
      return { what, tone, mark: state === 'ok' ? '✓' : '✗' }
    }
  }
}

const model = ({ provider, model }: CallRecord): TemplateResult =>
  html`<bdi>${provider}</bdi> <bdi>${model}</bdi>`

function callEnd(call: CallRecord): Told {
  const { state, outputTokens, tokensPerSecond, httpStatus, error } = call
  const figures = [
    outputTokens === undefined
      ? ''
      : `${toPlural(outputTokens, 'token')}${call.estimated ? ' (estimated)' : ''}`,
    tokensPerSecond === undefined ? '' : `${toRate(tokensPerSecond)} tokens/s`,
    httpStatus === undefined ? '' : String(httpStatus),
    error ?? '',
  ].filter((part) => part !== '')
  const tone = state === 'ok' ? 'ok' : state === 'error' ? 'error' : 'muted'
  return {
    what: html`${model(call)} ${OUTCOMES[state]}${figures.map((part) => html` · <bdi>${part}</bdi>`)}`,
    tone,
    mark: state === 'ok' ? '✓' : '✗',
  }
}
