import { projectQuery, usePauseProject } from '@/api/projects'
import { Section } from '@/components/Page'
import { PauseButton } from '@/components/PauseButton'
import { QueryView } from '@/components/QueryView'
import { useFormat } from '@/lib/format'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

/** Whether anything is dealt in the project at all. */
export function ProjectPause({ project, manages }: { project: number; manages: boolean }) {
  const { t } = useTranslation()
  const format = useFormat()
  const query = useQuery(projectQuery(project))
  const change = usePauseProject(project)
  return (
    <QueryView query={query}>
      {({ name, paused }) => (
        <Section
          title={t('people.project')}
          testid="project-pause"
          actions={
            manages && (
              <PauseButton
                paused={paused !== null}
                title={t('people.pause.project', { name })}
                hint={t('people.pause.projectHint')}
                change={change}
              />
            )
          }
        >
          {paused
            ? t('people.projectPaused', { at: format.dateTime(paused.at), reason: paused.reason })
            : t('people.projectWorking')}
        </Section>
      )}
    </QueryView>
  )
}
