import { Page } from '@/components/Page'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { Button, Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { GoldList } from './GoldList'
import { NewGold } from './NewGold'
import { ReviewGoldList } from './ReviewGoldList'

const TABS = ['tasks', 'reviews'] as const

/** Tasks and reviews whose right answer is known: what measures annotators and reviewers. */
export default function GoldPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('tab', 'prompt')
  if (filters.tab === 'new') {
    return (
      <Page
        title={t('gold.new')}
        actions={<Button onClick={() => setFilters({ tab: null, prompt: null })}>{t('gold.back')}</Button>}
      >
        <NewGold
          project={project}
          prompt={Number(filters.prompt) || null}
          onPrompt={(prompt) => setFilters({ prompt: prompt === null ? null : String(prompt) })}
          onDone={() => setFilters({ tab: null, prompt: null })}
        />
      </Page>
    )
  }
  return (
    <Page
      title={t('gold.title')}
      actions={
        <Button type="primary" onClick={() => setFilters({ tab: 'new' })} data-testid="gold-new">
          {t('gold.new')}
        </Button>
      }
    >
      <Tabs
        activeKey={TABS.find((tab) => tab === filters.tab) ?? 'tasks'}
        onChange={(tab) => setFilters({ tab: tab === 'tasks' ? null : tab })}
        destroyOnHidden
        items={[
          { key: 'tasks', label: t('gold.tabs.tasks'), children: <GoldList project={project} /> },
          { key: 'reviews', label: t('gold.tabs.reviews'), children: <ReviewGoldList project={project} /> },
        ]}
      />
    </Page>
  )
}
