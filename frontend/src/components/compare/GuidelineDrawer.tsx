import { guidelineQuery, type Guideline } from '@/api/guidelines'
import type { CategoryRef } from '@/api/types'
import { EmptyState } from '@/components/EmptyState'
import { QueryView } from '@/components/QueryView'
import { ResponseText } from '@/components/ResponseText'
import { useQuery } from '@tanstack/react-query'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AmendForm } from './AmendForm'

interface Props {
  project: number
  category: CategoryRef
  /** Whether this person may amend it, and on account of which decision of theirs */
  amends: { decision?: number } | null
  /** Opens with the form */
  amending?: boolean
  onClose: () => void
}

const WIDTH = 320
const WIDE = 560

/** The guideline that holds for a category, over the side column only, so that the work beside it goes on. */
export function GuidelineDrawer({ project, category, amends, amending = false, onClose }: Props) {
  const { t } = useTranslation()
  const [editing, setEditing] = useState(amending && amends !== null)
  const query = useQuery(guidelineQuery(category.id))
  const version = query.data?.version
  return (
    <Drawer
      open
      mask={false}
      // The keys of the page beside it go on working.
      autoFocus={false}
      size={editing ? WIDE : WIDTH}
      title={category.path.join(' / ')}
      extra={version && t('qa.guidelineVersion', { version })}
      onClose={onClose}
      data-testid="guideline-drawer"
    >
      <QueryView query={query}>
        {(guideline) =>
          editing && amends ? (
            <AmendForm
              project={project}
              category={category.id}
              text={guideline.text}
              decision={amends.decision}
              onDone={() => setEditing(false)}
            />
          ) : (
            <>
              {amends ? (
                <Button size="small" onClick={() => setEditing(true)} data-testid="amend-open">
                  {t('qa.amend.open')}
                </Button>
              ) : (
                <p>{t('qa.amend.later')}</p>
              )}
              <Text guideline={guideline} />
            </>
          )
        }
      </QueryView>
    </Drawer>
  )
}

function Text({ guideline: { text } }: { guideline: Guideline }) {
  const { t } = useTranslation()
  if (text) return <ResponseText text={text} />
  return <EmptyState title={t('qa.noGuideline.title')} hint={t('qa.noGuideline.hint')} />
}
