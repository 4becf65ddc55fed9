import type { Protocol } from '@/api/statistics'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Links } from './links'
import styles from './statistics.module.css'

const OUTCOMES = ['waiting', 'approved', 'overruled', 'rejected', 'withdrawn'] as const

/** Stage by stage: what the sample drew, how reviews ended, and what was decided. */
export function StageTable({ protocol, links }: { protocol: Protocol; links: Links }) {
  const { t } = useTranslation()
  const format = useFormat()
  const linked = (to: string | null, value: number) => (to ? <Link to={to}>{format.integer(value)}</Link> : format.integer(value))
  return (
    <div>
      <table className={styles.stages} data-testid="protocol-stages">
        <thead>
          <tr>
            <th>{t('statistics.protocol.stage')}</th>
            <th>{t('statistics.protocol.decisions')}</th>
            <th>{t('statistics.protocol.seen')}</th>
            <th>{t('statistics.protocol.drawn')}</th>
            <th>{t('statistics.protocol.share')}</th>
            {OUTCOMES.map((outcome) => (
              <th key={outcome}>{t(`statistics.protocol.review.${outcome}`)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {protocol.samples.map(({ stage, n_seen, n_drawn }) => {
            const reviews = protocol.reviews.find((row) => row.stage === stage)
            return (
              <tr key={stage} data-testid={`protocol-${stage}`}>
                <th scope="row">{t(`statistics.protocol.stageName.${stage}`)}</th>
                <td>{linked(links.disputes(stage), protocol.decisions[stage] ?? 0)}</td>
                <td>{format.integer(n_seen)}</td>
                <td>{format.integer(n_drawn)}</td>
                <td>{format.percent(n_seen > 0 ? n_drawn / n_seen : null)}</td>
                {OUTCOMES.map((outcome) => (
                  <td key={outcome}>
                    {linked(outcome === 'waiting' ? links.reviews(stage) : null, reviews?.[outcome] ?? 0)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
      <p className={styles.note}>
        {t('statistics.protocol.returned', {
          annotations: format.integer(protocol.rejected_annotations),
          batches: format.integer(protocol.batches_returned),
        })}
      </p>
    </div>
  )
}
