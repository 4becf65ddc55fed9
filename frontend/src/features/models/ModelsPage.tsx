import { modelsQuery, type Model } from '@/api/models'
import { currentModelQuery } from '@/api/promotions'
import { SUBSETS } from '@/api/prompts'
import { EmptyState } from '@/components/EmptyState'
import { modelName } from '@/components/models/modelName'
import { Page, Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { useFormat } from '@/lib/format'
import { useFilters } from '@/lib/useFilters'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Tag, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { RegisterForm } from './RegisterForm'

/** Every reward model of a project: those trained here, and those registered from elsewhere (`?new=1`). */
export default function ModelsPage() {
  const { t } = useTranslation()
  const project = useRequiredProjectId()
  const [filters, setFilters] = useFilters('new')
  const models = useInfiniteQuery(modelsQuery(project))
  return (
    <Page
      title={t('models.title')}
      actions={
        !filters.new && (
          <Button type="primary" onClick={() => setFilters({ new: '1' })} data-testid="model-new">
            {t('models.register')}
          </Button>
        )
      }
    >
      {filters.new && <RegisterForm project={project} onClose={() => setFilters({ new: null })} />}
      <Section>
        <PagedTable
          query={models}
          columns={useColumns(project)}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('models.empty.title')} hint={t('models.empty.hint')} />}
          testid="models"
        />
      </Section>
    </Page>
  )
}

function useColumns(project: number): TableColumnsType<Model> {
  const { t } = useTranslation()
  const format = useFormat()
  const current = useQuery(currentModelQuery(project)).data?.current?.model.id
  return [
    {
      title: t('models.name'),
      render: (_, model) => (
        <>
          <Link to={`/models/${model.id}`} data-testid={`model-${model.id}`}>
            {modelName(model, t)}
          </Link>
          {model.id === current && <Tag style={{ marginLeft: 8 }}>{t('models.current')}</Tag>}
        </>
      ),
    },
    { title: t('models.kind'), render: (_, { kind }) => t(`models.kinds.${kind}`) },
    { title: t('models.from'), render: (_, { base, source }) => <code>{base || source}</code> },
    {
      title: t('models.measuredOn'),
      render: (_, { evaluations }) =>
        evaluations.map(({ id, set, overall, accuracies }) => {
          const { name, version } = set
          const only = SUBSETS.find((subset) => accuracies[subset] !== undefined)
          return (
            <div key={id}>
              {overall === null && only
                ? t('models.accuracyOn', { name, version, subset: t(`models.subset.${only}`), accuracy: format.score(accuracies[only]) })
                : t('models.overallOn', { name, version, overall: format.score(overall) })}
            </div>
          )
        }),
    },
    { title: t('models.created'), render: (_, { created_at }) => format.dateTime(created_at) },
  ]
}
