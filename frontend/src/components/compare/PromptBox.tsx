import { ResponseText } from '@/components/ResponseText'
import { characterCount } from '@/lib/markdown'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'

const LONG = 220

/** The prompt above its responses: short ones open, long ones folded to a scrolling box, so that the responses keep the room. */
export function PromptBox({ text, system }: { text: string; system: string }) {
  const { t } = useTranslation()
  return (
    <details className={styles.prompt} open={characterCount(text + system) <= LONG}>
      <summary>{t('qa.prompt')}</summary>
      <div className={styles.promptText} data-testid="prompt">
        {system && (
          <div className={styles.system} data-testid="system-prompt">
            {system}
          </div>
        )}
        <ResponseText text={text} />
      </div>
    </details>
  )
}
