/** Texts as models write them, written for these tests, and how many tokens the o200k_base tokenizer makes of them. */
export const SAMPLES: Record<string, Sample> = {
  english: {
    tokens: 113,
    lengths:
      '448928136634d38348667716a334661876355842913498451486844725544135833544594414b825742643912576663512645414626373631',
    text: 'When the gateway receives a message, it first looks at the conversation it belongs to and decides which model should answer. Short questions go to the small model, because nobody wants to wait four seconds for a greeting. If the provider refuses the call, the gateway tries another one and writes a line into the log, so that whoever is on duty can see what happened and why. The difference between a slow answer and a stuck one is progress: a slow answer still gives signs of life, a stuck one does not, and after a while it should be given up.',
  },
  technical: {
    tokens: 83,
    lengths: '2af144c9794814f835395c534714353b4653e14aca93db91d75465a56cc1773ae1bdb1acc14a557b871',
    text: 'To configure authentication, set the environment variable before starting the process. The implementation retries idempotent requests with exponential backoff and jitter; non-idempotent operations are never retried automatically. Misconfigured deployments typically manifest as intermittent connection failures, particularly behind load balancers that terminate long-lived connections prematurely. Observability is therefore indispensable: instrument asynchronous boundaries, propagate correlation identifiers, and aggregate high-cardinality dimensions conservatively.',
  },
  markdown: {
    tokens: 107,
    lengths:
      '26211372485238443116472224261333222624131115454653172625313131132122212112331222131123317211264151466627182',
    text: '## Steps\n\n1. **Install** the package with `npm install opswire`.\n2. Mount the plugin:\n   - set `prefix` to `/ops`\n   - leave `http` on\n3. Open the page and check that:\n\n| metric | value | unit |\n|---|---:|---|\n| p50 | 12.5 | ms |\n| p99 | 148.0 | ms |\n| errors | 3 | count |\n\n> Note: the table above shows *rolling* windows.\n',
  },
  typescript: {
    tokens: 138,
    lengths:
      '697422817252131661212a12246452145211114521111733551356242512912515324291535552242111291343216933542322111225123662422129123434723575134132',
    text: 'export function createRing<T>(capacity: number): Ring<T> {\n  const items: (T | undefined)[] = new Array(capacity)\n  let head = 0\n  let size = 0\n  return {\n    push(item) {\n      items[(head + size) % capacity] = item\n      if (size < capacity) size++\n      else head = (head + 1) % capacity\n    },\n    *[Symbol.iterator]() {\n      for (let i = 0; i < size; i++) yield items[(head + i) % capacity]!\n    },\n    get length() {\n      return size\n    },\n  }\n}\n',
  },
  python: {
    tokens: 202,
    lengths:
      '681448746163461572341873a63516212111381515151622688533445141616161352758723163765845811211242552b5841133455136252734582b7517742432358124584545235237273342361237742211111231127686111223621426531112452454',
    text: 'import asyncio\nfrom dataclasses import dataclass, field\n\n\n@dataclass\nclass Window:\n    """A rolling window of durations."""\n\n    span: float = 60.0\n    samples: list[tuple[float, float]] = field(default_factory=list)\n\n    def add(self, now: float, value: float) -> None:\n        self.samples.append((now, value))\n        while self.samples and self.samples[0][0] < now - self.span:\n            self.samples.pop(0)\n\n    def mean(self) -> float | None:\n        if not self.samples:\n            return None\n        return sum(v for _, v in self.samples) / len(self.samples)\n\n\nasync def main() -> None:\n    window = Window()\n    for i in range(10):\n        window.add(i * 0.5, i ** 2)\n        await asyncio.sleep(0.01)\n    print(f"mean={window.mean():.3f}")\n\n\nasyncio.run(main())\n',
  },
  json: {
    tokens: 72,
    lengths: '25365165966213636561238343732312a324363532511543754352513433311111135241',
    text: '{"query":"SELECT name, price FROM products WHERE price > 100 ORDER BY price DESC LIMIT 20","database":"shop","timeout_ms":5000,"parameters":[{"name":"region","value":"eu-west-1"},{"name":"include_archived","value":false}],"user_id":"usr_8f3k2","trace":true}',
  },
  chinese: {
    tokens: 119,
    lengths:
      '11121121222112221132122121113111232111121121113211112111111122121211212211121122122211112111122121111111121112112111221',
    text: '当网关收到一条消息时，它首先查看这条消息属于哪个会话，然后决定由哪个模型来回答。简短的问题交给小模型，因为没有人愿意为一句问候等待四秒钟。如果服务商拒绝了请求，网关会尝试另一个服务商，并在日志中写下一行记录，这样值班人员就能知道发生了什么以及原因。缓慢的回答和卡住的回答之间的区别在于进展：缓慢的回答仍然有生命迹象，而卡住的回答没有。',
  },
  japanese: {
    tokens: 135,
    lengths:
      '122111112111111122111111122112111131121111112111211113111121010112111111212222121121111111122112211112112111111111111111122121211111221',
    text: 'ゲートウェイはメッセージを受け取ると、まずそれがどの会話に属しているかを確認し、どのモデルが答えるべきかを決めます。短い質問は小さなモデルに送られます。挨拶のために四秒も待ちたい人はいないからです。プロバイダーが呼び出しを拒否した場合、ゲートウェイは別のプロバイダーを試し、当番の人が何が起きたかを確認できるようにログに一行書き込みます。',
  },
  korean: {
    tokens: 98,
    lengths:
      '12123222323232112213233122213311113133120312111322132331213313231212221233221221221331122431221331',
    text: '게이트웨이는 메시지를 받으면 먼저 그 메시지가 어느 대화에 속하는지 확인하고 어떤 모델이 답해야 할지 결정합니다. 짧은 질문은 작은 모델로 보냅니다. 인사말을 위해 사 초를 기다리고 싶은 사람은 없기 때문입니다. 제공자가 호출을 거부하면 게이트웨이는 다른 제공자를 시도하고 당직자가 무슨 일이 있었는지 볼 수 있도록 로그에 한 줄을 기록합니다.',
  },
  german: {
    tokens: 88,
    lengths: '4485a541737513894714c5187825142763477158594551137713349443319486849533443316485256144641',
    text: 'Wenn das Gateway eine Nachricht empfängt, schaut es zuerst nach, zu welchem Gespräch sie gehört, und entscheidet dann, welches Modell antworten soll. Kurze Fragen gehen an das kleine Modell, weil niemand vier Sekunden auf eine Begrüßung warten möchte. Lehnt der Anbieter den Aufruf ab, versucht das Gateway einen anderen und schreibt eine Zeile ins Protokoll, damit der Bereitschaftsdienst sieht, was geschehen ist.',
  },
  spanish: {
    tokens: 62,
    lengths: '634573818524da27475a14a5243781767879437133a5338134574528463391',
    text: 'Cuando la pasarela recibe un mensaje, primero mira a qué conversación pertenece y decide qué modelo debe responder. Las preguntas cortas van al modelo pequeño, porque nadie quiere esperar cuatro segundos por un saludo. Si el proveedor rechaza la llamada, la pasarela prueba con otro y escribe una línea en el registro.',
  },
}

interface Sample {
  text: string
  tokens: number
  /** Of each token, in UTF-16 code units as digits of base 36; 0 where a token ends within a character. */
  lengths: string
}

/** The text as a provider streams it that sends every token by itself. */
export function toTokens({ text, lengths }: Sample): string[] {
  let at = 0
  return Array.from(lengths)
    .map((digit) => text.slice(at, (at += parseInt(digit, 36))))
    .filter((token) => token !== '')
}
