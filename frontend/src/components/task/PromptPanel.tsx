import type { Assignment } from '@/api/assignments'
import { ResponseText } from '@/components/ResponseText'
import { useTranslation } from 'react-i18next'
import styles from './task.module.css'

interface Props {
  prompt: Assignment['prompt']
  open: boolean
  raw: boolean
  onToggle: () => void
}

/** The prompt, above whatever scrolls. Collapsed, its first line stays. */
export function PromptPanel({ prompt, open, raw, onToggle }: Props) {
  const { t } = useTranslation()
  return (
    <section className={styles.prompt} aria-label={t('task.prompt.label')} data-testid="prompt">
      <button type="button" className={styles.promptToggle} aria-expanded={open} onClick={onToggle}>
        <span aria-hidden>{open ? '▾' : '▸'}</span> {t('task.prompt.label')}
      </button>
      {open ? (
        <div className={styles.promptText} tabIndex={0} role="region" aria-label={t('task.prompt.label')}>
          {prompt.system && (
            <div className={styles.system}>
              <span className={styles.quiet}>{t('task.prompt.system')}</span>
              <ResponseText text={prompt.system} raw={raw} />
            </div>
          )}
          <ResponseText text={prompt.text} raw={raw} />
        </div>
      ) : (
        <div className={styles.promptLine}>{prompt.text}</div>
      )}
    </section>
  )
}
