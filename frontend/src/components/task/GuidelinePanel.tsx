import { guidelineQuery } from '@/api/guidelines'
import { categoriesQuery } from '@/api/projects'
import type { CategoryRef } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { Loading } from '@/components/Loading'
import { ResponseText } from '@/components/ResponseText'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { GuidelineSearch } from './GuidelineSearch'
import { PanelFrame } from './PanelFrame'
import { useScrollMemory } from './useScrollMemory'
import styles from './panels.module.css'

interface Props {
  project: number
  category: CategoryRef
  /** Grows with every wish to search */
  searches: number
  onClose: () => void
  onLeave: () => void
}

/** The guideline of the task's category beside the task, and those of the project's other categories. */
export default function GuidelinePanel({ project, category, searches, onClose, onLeave }: Props) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(category.id)
  const body = useRef<HTMLDivElement>(null)
  const remember = useScrollMemory(body, shown)
  return (
    <PanelFrame
      title={t('task.guideline.title')}
      subtitle={<Categories project={project} own={category} shown={shown} onShow={setShown} />}
      tools={<GuidelineSearch key={shown} within={body} wishes={searches} />}
      testid="guideline"
      scrollRef={body}
      onScroll={remember}
      onClose={onClose}
      onLeave={onLeave}
    >
      <GuidelineText category={shown} />
    </PanelFrame>
  )
}

interface CategoriesProps {
  project: number
  own: CategoryRef
  shown: number
  onShow: (category: number) => void
}

/** Which category's guideline is shown: the task's own first, then every other that has one. */
function Categories({ project, own, shown, onShow }: CategoriesProps) {
  const { t } = useTranslation()
  const { data } = useQuery(categoriesQuery(project))
  const others = data?.results.filter(({ id, has_guideline }) => has_guideline && id !== own.id) ?? []
  if (others.length === 0) return own.path.join(' / ')
  return (
    <select
      className={styles.field}
      value={shown}
      aria-label={t('task.guideline.category')}
      onChange={(event) => onShow(Number(event.target.value))}
      data-testid="guideline-category"
    >
      {[own, ...others].map(({ id, path }) => (
        <option key={id} value={id}>
          {path.join(' / ')}
        </option>
      ))}
    </select>
  )
}

function GuidelineText({ category }: { category: number }) {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(guidelineQuery(category))
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Loading />
  if (data.version === null) return <p className={styles.quiet}>{t('task.guideline.none')}</p>
  const source = data.inherited_from?.join(' / ')
  return (
    <>
      <p className={styles.quiet}>
        {t('task.guideline.version', { version: data.version })}
        {source && t('task.guideline.inherited', { source })}
      </p>
      <ResponseText text={data.text} />
    </>
  )
}
