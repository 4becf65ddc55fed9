import type { MyFigures as Own } from '@/api/me'
import { Figure, Figures } from '@/components/Figures'
import { NONE, useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'

/** The figures of the whole of one's work, each with what it rests on. */
export function MyFigures({ figures }: { figures: Own }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { today, total, seconds_mean, agreement, gold, consistency, rejections } = figures
  const rate = (value: number | undefined, n: number | undefined) =>
    value === undefined ? NONE : t('me.rateOf', { rate: format.percent(value), n })
  return (
    <Figures>
      <Figure label={t('me.today')} value={format.integer(today)} testid="my-today" />
      <Figure label={t('me.total')} value={format.integer(total)} testid="my-total" />
      <Figure label={t('me.seconds')} value={format.integer(seconds_mean)} />
      <Figure
        label={t('me.agreement')}
        value={rate(agreement?.rate, agreement?.n)}
        hint={t('me.agreementHint')}
        testid="my-agreement"
      />
      <Figure label={t('me.gold')} value={rate(gold?.accuracy, gold?.n)} hint={t('me.goldHint')} testid="my-gold" />
      <Figure
        label={t('me.consistency')}
        value={rate(consistency?.rate, consistency?.n)}
        hint={t('me.consistencyHint')}
        testid="my-consistency"
      />
      <Figure
        label={t('me.rejections')}
        value={
          rejections.rate === null
            ? NONE
            : t('me.rejectedOf', { rate: format.percent(rejections.rate), n: rejections.n_rejected, of: rejections.n_reviewed })
        }
        testid="my-rejections"
      />
    </Figures>
  )
}
