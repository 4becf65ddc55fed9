import { myFiguresQuery } from '@/api/me'
import { NONE, useFormat } from '@/lib/format'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useArrivals } from './useArrivals'
import styles from './today.module.css'

/** A person's own figures in short; the page behind the link tells what each rests on. */
export function OwnFigures({ project, unsent }: { project: number; unsent: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { data, refetch } = useQuery(myFiguresQuery(project))
  useArrivals(unsent, refetch)
  if (!data) return null
  const rows = [
    ['today', format.integer(data.today)],
    ['seconds', format.integer(data.seconds_mean)],
    ['agreement', data.agreement ? format.percent(data.agreement.rate) : NONE],
    ['gold', data.gold ? format.percent(data.gold.accuracy) : NONE],
    ['consistency', data.consistency ? format.percent(data.consistency.rate) : NONE],
    ['rejections', format.percent(data.rejections.rate)],
  ] as const
  return (
    <>
      <dl className={styles.figures} data-testid="own-figures">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{t(`me.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Link to={`/p/${project}/me`}>{t('today.more')}</Link>
    </>
  )
}
