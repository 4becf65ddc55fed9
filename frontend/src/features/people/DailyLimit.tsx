import { useLimitPerson, type Person } from '@/api/people'
import { LimitField } from '@/components/LimitField'
import { useTranslation } from 'react-i18next'

export function DailyLimit({ person }: { person: Person }) {
  const { t } = useTranslation()
  const change = useLimitPerson(person.person)
  return <LimitField label={t('people.dailyLimit')} value={person.daily_limit} change={change} testid="daily-limit" />
}
