import { myFiguresQuery } from '@/api/me'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useFormat } from '@/lib/format'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { MyCategories } from './MyCategories'
import { MyDays } from './MyDays'
import { MyFigures } from './MyFigures'
import { MyReturned } from './MyReturned'

/** A person's own figures and the work that came back to them; nobody else's. */
export default function MePage() {
  const { t } = useTranslation()
  const format = useFormat()
  const project = useRequiredProjectId()
  const query = useQuery(myFiguresQuery(project))
  return (
    <Page
      title={t('me.title')}
      aside={query.data?.refreshed_at && t('me.refreshed', { at: format.dateTime(query.data.refreshed_at) })}
    >
      <QueryView query={query}>
        {(figures) => (
          <>
            <Section testid="my-figures">
              <MyFigures figures={figures} />
            </Section>
            <Section title={t('me.days.title')}>
              <MyDays days={figures.days} />
            </Section>
            <Section title={t('me.categories')} testid="my-categories">
              <MyCategories categories={figures.categories} />
            </Section>
          </>
        )}
      </QueryView>
      <Section title={t('me.returned.title')} testid="my-returned">
        <MyReturned project={project} />
      </Section>
    </Page>
  )
}
