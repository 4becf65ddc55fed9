import { guidelineQuery } from '@/api/guidelines'
import type { CategoryRef } from '@/api/types'
import { EmptyState } from '@/components/EmptyState'
import { QueryView } from '@/components/QueryView'
import { ResponseText } from '@/components/ResponseText'
import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'

const WIDTH = 340

/** The guideline that holds for a category, over the side column only, so that the work beside it goes on. */
export function GuidelineDrawer({ category, onClose }: { category: CategoryRef; onClose: () => void }) {
  const { t } = useTranslation()
  const query = useQuery(guidelineQuery(category.id))
  const version = query.data?.version
  return (
    <Drawer
      open
      mask={false}
      size={WIDTH}
      title={category.path.join(' / ')}
      extra={version && t('qa.guidelineVersion', { version })}
      onClose={onClose}
      data-testid="guideline-drawer"
    >
      <QueryView query={query}>
        {({ text }) =>
          text ? (
            <ResponseText text={text} />
          ) : (
            <EmptyState title={t('qa.noGuideline.title')} hint={t('qa.noGuideline.hint')} />
          )
        }
      </QueryView>
    </Drawer>
  )
}
