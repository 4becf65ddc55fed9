import type { Person } from '@/api/people'
import { Figure, Figures } from '@/components/Figures'
import { Section } from '@/components/Page'
import { RateCell } from '@/components/RateCell'
import { Sparkline } from '@/components/charts/Sparkline'
import { NONE, useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { isReviewer } from './rows'
import styles from './people.module.css'

const RATES = ['agreement', 'gold', 'consistency', 'conflict', 'rejection'] as const

export function PersonFigures({ person }: { person: Person }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Section title={t('people.figures')} testid="person-figures">
      <Figures>
        <Figure label={t('people.column.today')} value={format.integer(person.today)} />
        <Figure label={t('people.column.tasks')} value={format.integer(person.tasks)} />
        <Figure label={t('people.column.seconds')} value={format.integer(person.seconds_mean)} />
        {RATES.map((name) => (
          <Figure
            key={name}
            label={t(`people.column.${name}`)}
            hint={t(`statistics.about.${name}`)}
            value={<RateCell rate={person[name]} />}
          />
        ))}
        <Measure name="alpha" value={person.alpha} interval={person.alpha_interval} />
        <Measure name="tau" value={person.tau} interval={person.tau_interval} />
        {isReviewer(person.roles) && (
          <Figure label={t('people.reviewGold')} value={<RateCell rate={person.review_gold} />} testid="review-gold" />
        )}
        <Figure label={t('people.column.weight')} value={format.score(person.weight)} hint={t('people.weightHint')} />
        <Figure
          label={t('people.column.spark')}
          value={
            <Sparkline
              values={person.spark}
              label={t('people.spark', { counts: person.spark.map((n) => format.integer(n)).join(' ') })}
            />
          }
        />
      </Figures>
    </Section>
  )
}

interface MeasureProps {
  name: 'alpha' | 'tau'
  value: number | null
  interval: Person['alpha_interval']
}

/** Alpha or tau, below it its interval. */
function Measure({ name, value, interval }: MeasureProps) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Figure
      label={t(`people.column.${name}`)}
      hint={t(`statistics.about.${name}`)}
      value={
        <span className={styles.measure}>
          {value === null ? NONE : format.score(value)}
          {interval && <small>{t('people.between', { low: format.score(interval.low), high: format.score(interval.high) })}</small>}
        </span>
      }
    />
  )
}
