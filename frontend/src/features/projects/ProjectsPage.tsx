import { projectsQuery, type ProjectRow } from '@/api/projects'
import { useSession } from '@/api/session'
import type { Role } from '@/api/types'
import { EmptyState } from '@/components/EmptyState'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { CreateProject } from './CreateProject'

/** The projects one takes part in; staff create new ones. */
export default function ProjectsPage() {
  const { t } = useTranslation()
  const staff = useSession().user?.is_staff ?? false
  const query = useQuery(projectsQuery)
  return (
    <Page title={t('projects.title')}>
      {staff && <CreateProject />}
      <QueryView query={query}>
        {({ results }) =>
          results.length === 0 ? (
            <EmptyState
              title={t('projects.empty.title')}
              hint={t(staff ? 'projects.empty.create' : 'projects.empty.ask')}
            />
          ) : (
            <Section testid="projects">
              <Table<ProjectRow>
                size="small"
                rowKey="id"
                pagination={false}
                dataSource={results}
                columns={[
                  {
                    title: t('projects.name'),
                    render: (_, project) => (
                      <Link to={`/p/${project.id}/${firstPage(project.roles)}`} data-testid={`project-${project.id}`}>
                        {project.name}
                      </Link>
                    ),
                  },
                  { title: t('projects.description'), dataIndex: 'description' },
                ]}
              />
            </Section>
          )
        }
      </QueryView>
    </Page>
  )
}

function firstPage(roles: readonly Role[]): string {
  if (roles.includes('owner') || roles.includes('researcher')) return 'prompts'
  return roles.includes('annotator') ? 'annotate' : 'disputes'
}
