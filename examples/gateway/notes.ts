/** A note that the search tool can find. */
export interface Note {
  title: string
  text: string
}

/** The sample's small corpus: what an operator of an agent gateway likes to have at hand. */
export const NOTES: readonly Note[] = [
  {
    title: 'Rate limits',
    text: 'A 429 asks for less, not for later alone: honour Retry-After, lower the number of workers, and move short questions to a smaller model.',
  },
  {
    title: 'Time to first token',
    text: 'People notice the wait before the first word far more than the speed after it. Watch its p95 and keep prompts short.',
  },
  {
    title: 'Tokens per second',
    text: 'A stream that slows down without failing is the usual first sign of an overloaded provider.',
  },
  {
    title: 'Backoff',
    text: 'Double the pause after every failed try, add some jitter so that clients do not return in step, and cap it at half a minute.',
  },
  {
    title: 'Queues',
    text: 'A queue without a bound hides an outage until memory runs out. Refuse early with 503 and say so.',
  },
  {
    title: 'Fallback',
    text: 'Fall back once to another model. More than once multiplies the load just when there is none to spare.',
  },
  {
    title: 'Streaming',
    text: 'Server-sent events need nothing but HTTP: a content type, a blank line after each event, and no buffering proxy in between.',
  },
  {
    title: 'Heartbeat',
    text: 'A silent connection and a dead one look the same. A heartbeat every few seconds tells them apart.',
  },
  {
    title: 'Stuck requests',
    text: 'Age alone does not make a request stuck. No sign of progress does: no token, no tool step, no log line.',
  },
  {
    title: 'Timeouts',
    text: 'Give every outbound call a deadline, and abort it when the person who asked has left.',
  },
  {
    title: 'Token cost',
    text: 'Long histories are paid for again with every message. Summarise old turns, or send only the last few.',
  },
  {
    title: 'Prompt caching',
    text: 'Keep the stable part of a prompt at its beginning; providers charge less for a prefix that they have seen before.',
  },
  {
    title: 'Telegram',
    text: 'Long polling loses its connection now and then. Reconnect with backoff and ask for updates from the last seen number.',
  },
  {
    title: 'Slack',
    text: 'Slack closes a socket every few hours on purpose. Open the next one before the old one ends.',
  },
  {
    title: 'Graceful shutdown',
    text: 'Stop taking work, answer what is in flight or abort it, end the streams with a word of farewell, then exit within a second.',
  },
  {
    title: 'Event loop delay',
    text: 'When the p99 of the event loop delay passes 50 ms, something in the process computes instead of waiting.',
  },
  {
    title: 'Sessions',
    text: 'A session names a conversation, not a person. Keep its history bounded and drop the longest silent one first.',
  },
  {
    title: 'Tools',
    text: 'A tool call is a step of the request. Record its name and its duration, or slow tools look like slow models.',
  },
  {
    title: 'Health checks',
    text: 'A health route is cheap, needs no login, tells no secrets, and answers 503 while the process drains.',
  },
  {
    title: 'Log levels',
    text: 'An error line means that somebody did not get what they asked for. Everything else is a warning at most.',
  },
]
