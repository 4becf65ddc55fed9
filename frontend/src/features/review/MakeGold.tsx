import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Closed } from './closed'
import { MakeGoldDialog } from './MakeGoldDialog'

interface Props {
  project: number
  review: Closed
  testid: string
}

/** The button that makes a closed review a gold one, and its dialog. */
export function MakeGold({ project, review, testid }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button type="link" size="small" onClick={() => setOpen(true)} data-testid={testid}>
        {t('review.gold.open')}
      </Button>
      {open && <MakeGoldDialog project={project} review={review} onClose={() => setOpen(false)} />}
    </>
  )
}
