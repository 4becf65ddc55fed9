import { personCsv, personQuery, type Person } from '@/api/people'
import { CsvLink } from '@/components/CsvLink'
import { Page, Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { RatesOverTime } from '@/components/charts/RatesOverTime'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { DailyLimit } from './DailyLimit'
import { Partners } from './Partners'
import { PersonCategories } from './PersonCategories'
import { PersonFigures } from './PersonFigures'
import { PersonPause } from './PersonPause'
import { WorkStateTag } from './WorkStateTag'
import styles from './people.module.css'

/** One person under their pseudonym: how they work, with whom they agree, and what they may do. */
export default function PersonPage() {
  const id = Number(useParams().id)
  const query = useQuery(personQuery(id))
  return <QueryView query={query}>{(person) => <PersonView person={person} />}</QueryView>
}

function PersonView({ person }: { person: Person }) {
  const { t } = useTranslation()
  return (
    <Page
      title={person.pseudonym}
      aside={
        <>
          <span>{person.roles.map((role) => t(`settings.role.${role}`)).join(t('people.and'))}</span>
          <WorkStateTag paused={person.paused} />
        </>
      }
      actions={
        <>
          <DailyLimit key={String(person.daily_limit)} person={person} />
          <PersonPause person={person} />
        </>
      }
    >
      <PersonFigures person={person} />
      <Section title={t('people.days')} actions={<CsvLink href={personCsv(person.person)} testid="person-csv" />}>
        <RatesOverTime
          label={t('people.days')}
          days={person.days.map(({ day, agreement, gold, rejected }) => ({ day, agreement, gold, rejection: rejected }))}
          rates={['agreement', 'gold', 'rejection']}
        />
      </Section>
      <div className={styles.columns}>
        <PersonCategories person={person} />
        <Partners partners={person.partners} />
      </div>
    </Page>
  )
}
