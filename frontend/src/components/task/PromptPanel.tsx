import type { Assignment } from '@/api/assignments'
import { ResponseText } from '@/components/ResponseText'
import { useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { PromptHandle } from './PromptHandle'
import type { Look } from './useLook'
import { useNumber } from './usePreference'
import styles from './task.module.css'

/** Pixels at most; the style sheet keeps room for the responses on a low screen. */
const HEIGHT = { min: 48, max: 600, fallback: 240 }

interface Props {
  prompt: Assignment['prompt']
  look: Pick<Look, 'promptOpen' | 'raw' | 'act'>
}

/** The prompt, above whatever scrolls. Collapsed, its first line stays. */
export function PromptPanel({ prompt, look }: Props) {
  const { t } = useTranslation()
  const { promptOpen: open, raw } = look
  const [height, setHeight] = useNumber('promptHeight', HEIGHT)
  const text = useRef<HTMLDivElement>(null)
  const id = useId()
  return (
    <div className={styles.prompt} data-testid="prompt">
      <button
        type="button"
        className={styles.promptToggle}
        aria-expanded={open}
        title={t('task.help.prompt')}
        onClick={() => look.act({ name: 'prompt' })}
      >
        <span aria-hidden>{open ? '▾' : '▸'}</span> {t('task.prompt.label')} <kbd>p</kbd>
      </button>
      {open ? (
        <>
          <div
            ref={text}
            id={id}
            className={styles.promptText}
            style={{ maxHeight: `min(${height}px, 55dvh)` }}
            tabIndex={0}
            role="region"
            aria-label={t('task.prompt.label')}
          >
            {prompt.system && (
              <div className={styles.system}>
                <span className={styles.quiet}>{t('task.prompt.system')}</span>
                <ResponseText text={prompt.system} raw={raw} />
              </div>
            )}
            <ResponseText text={prompt.text} raw={raw} />
          </div>
          <PromptHandle
            controls={id}
            height={height}
            range={HEIGHT}
            measured={() => text.current?.offsetHeight ?? height}
            onResize={setHeight}
          />
        </>
      ) : (
        <div className={styles.promptLine}>{prompt.text.trimStart().split('\n', 1)[0]}</div>
      )}
    </div>
  )
}
