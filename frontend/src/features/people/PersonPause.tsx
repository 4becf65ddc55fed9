import { usePausePerson, type PersonRow } from '@/api/people'
import { PauseButton } from '@/components/PauseButton'
import { useTranslation } from 'react-i18next'

export function PersonPause({ person }: { person: Pick<PersonRow, 'person' | 'pseudonym' | 'paused'> }) {
  const { t } = useTranslation()
  const change = usePausePerson(person.person)
  return (
    <PauseButton
      paused={person.paused !== null}
      title={t('people.pause.person', { name: person.pseudonym })}
      hint={t('people.pause.personHint')}
      change={change}
    />
  )
}
