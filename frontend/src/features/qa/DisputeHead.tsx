import type { Dispute } from '@/api/disputes'
import { useFormat } from '@/lib/format'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DropDialog } from './DropDialog'
import { GuidelineDrawer } from './GuidelineDrawer'
import styles from './qa.module.css'

interface Props {
  project: number
  prompt: Dispute['prompt']
  guideline: boolean
  onGuideline: (open: boolean) => void
  onDropped: () => void
}

/** What the prompt is, how far the passes agree, and the ways to the guideline and out of the flow. */
export function DisputeHead({ project, prompt, guideline, onGuideline, onDropped }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const [dropping, setDropping] = useState(false)
  return (
    <header className={styles.itemHead}>
      <h2>#{prompt.number}</h2>
      <span>{prompt.category.path.join(' / ')}</span>
      <span data-testid="dispute-agreement">
        {t('qa.agreementOf', { rate: format.percent(prompt.agreement), needed: format.percent(prompt.threshold) })}
      </span>
      <span className={styles.push}>
        <Button type="text" size="small" onClick={() => onGuideline(true)} data-testid="open-guideline">
          {t('qa.guideline')} <kbd>M</kbd>
        </Button>
        <Button type="text" size="small" danger onClick={() => setDropping(true)} data-testid="drop-prompt">
          {t('qa.drop.open')}
        </Button>
      </span>
      {guideline && <GuidelineDrawer category={prompt.category} onClose={() => onGuideline(false)} />}
      {dropping && (
        <DropDialog project={project} prompt={prompt} onDropped={onDropped} onClose={() => setDropping(false)} />
      )}
    </header>
  )
}
