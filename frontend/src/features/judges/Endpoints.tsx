import { endpointsQuery, useRetireEndpoint, type Endpoint } from '@/api/endpoints'
import { fromMicros } from '@/components/calls/money'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useFormat } from '@/lib/format'
import { useQuery } from '@tanstack/react-query'
import { Button, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EndpointForm } from './EndpointForm'

/** The models that a project may ask, for judging and for sampling alike. */
export function Endpoints({ project }: { project: number }) {
  const { t } = useTranslation()
  const [edited, setEdited] = useState<Endpoint | 'new' | null>(null)
  const query = useQuery(endpointsQuery(project))
  const begin = (
    <Button type="primary" onClick={() => setEdited('new')} data-testid="endpoint-new">
      {t('judges.addEndpoint')}
    </Button>
  )
  return (
    <>
      {edited !== null && (
        <EndpointForm
          key={edited === 'new' ? 'new' : edited.id}
          project={project}
          endpoint={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
      <Section title={t('judges.tabs.endpoints')} actions={edited === null && begin}>
        <QueryView query={query}>
          {({ results }) =>
            results.length === 0 ? (
              <EmptyState title={t('judges.noEndpoint.title')} hint={t('judges.noEndpoint.hint')} />
            ) : (
              <EndpointTable project={project} endpoints={results} onEdit={setEdited} />
            )
          }
        </QueryView>
      </Section>
    </>
  )
}

interface TableProps {
  project: number
  endpoints: Endpoint[]
  onEdit: (endpoint: Endpoint) => void
}

function EndpointTable({ project, endpoints, onEdit }: TableProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const retire = useRetireEndpoint(project)
  return (
    <>
      <Table<Endpoint>
        size="small"
        pagination={false}
        rowKey="id"
        dataSource={endpoints}
        scroll={{ x: 'max-content' }}
        data-testid="endpoints"
        columns={[
          { title: t('judges.fields.name'), dataIndex: 'name' },
          { title: t('judges.fields.model'), dataIndex: 'model' },
          { title: t('judges.fields.base_url'), dataIndex: 'base_url' },
          { title: t('judges.fields.key_variable'), render: (_, row) => row.key_variable || t('judges.noKey') },
          {
            title: t('judges.prices'),
            align: 'right',
            render: (_, row) =>
              `${format.measure(fromMicros(row.prompt_price))} / ${format.measure(fromMicros(row.completion_price))}`,
          },
          { title: t('judges.fields.concurrency'), align: 'right', dataIndex: 'concurrency' },
          {
            title: t('judges.actions'),
            render: (_, row) => (
              <>
                <Button size="small" onClick={() => onEdit(row)} data-testid={`endpoint-edit-${row.id}`}>
                  {t('judges.edit')}
                </Button>{' '}
                <Button
                  size="small"
                  disabled={retire.isPending}
                  onClick={() => retire.mutate({ ...row, retired: !row.retired })}
                >
                  {t(row.retired ? 'judges.restore' : 'judges.retire')}
                </Button>
              </>
            ),
          },
        ]}
      />
      <Failure error={retire.error} />
    </>
  )
}
