// What test/e2e/embedding.test.ts builds as somebody's React app would be built.
import { useState } from 'react'
import { createRoot } from 'react-dom/client'

function App({ src }) {
  const [opened, setOpened] = useState('nothing')
  const [isShown, show] = useState(true)
  if (!isShown) return null
  return (
    <ops-stream src={src}>
      <p>opened {opened}</p>
      <button onClick={() => show(false)}>unmount</button>
      <ops-models slowAfter={500} window="1m" />
      <ops-calls filter="openai" />
      <ops-requests
        onops-open-request={(event) => {
          event.preventDefault()
          setOpened(event.detail.id)
        }}
      />
    </ops-stream>
  )
}

const root = document.getElementById('root')
createRoot(root).render(<App src={root.dataset.src} />)
